# title: Multiplies with the standard deviation of the weights, not squared
# kind: misconception
# fails: predict-variances-test 2/4
# hint: weight_stds are standard deviations: square them

# %% predict-variances
def predict_variances(input_mean_square, fan_ins, weight_stds, activation):
    variances, signal = [], input_mean_square
    for fan_in, std in zip(fan_ins, weight_stds):
        q = fan_in * std * signal
        variances.append(q)
        signal = mean_square(activation, q)
    return variances


layers_to_one_percent = 14
he_linear_growth = 32
