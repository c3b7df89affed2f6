# title: Gives the growth of the variance
# kind: misconception
# fails: predict-variances-test 3/4
# hint: this is the growth of the variance

# %% predict-variances
def predict_variances(input_mean_square, fan_ins, weight_stds, activation):
    variances, signal = [], input_mean_square
    for fan_in, std in zip(fan_ins, weight_stds):
        q = fan_in * std**2 * signal
        variances.append(q)
        signal = mean_square(activation, q)
    return variances


layers_to_one_percent = 14
he_linear_growth = 1024
