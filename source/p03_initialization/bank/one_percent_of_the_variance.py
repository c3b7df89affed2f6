# title: Waits until the variance is below 1 %
# kind: misconception
# fails: predict-variances-test 3/4
# hint: that is where the variance, not the standard deviation, is below 1 %

# %% predict-variances
def predict_variances(input_mean_square, fan_ins, weight_stds, activation):
    variances, signal = [], input_mean_square
    for fan_in, std in zip(fan_ins, weight_stds):
        q = fan_in * std**2 * signal
        variances.append(q)
        signal = mean_square(activation, q)
    return variances


layers_to_one_percent = 7
he_linear_growth = 32
