# title: Passes the variance on as if there were no activation function
# kind: misconception
# fails: predict-variances-test 2/4
# hint: mean_square was not applied

# %% predict-variances
def predict_variances(input_mean_square, fan_ins, weight_stds, activation):
    variances, signal = [], input_mean_square
    for fan_in, std in zip(fan_ins, weight_stds):
        q = fan_in * std**2 * signal
        variances.append(q)
        signal = q
    return variances


layers_to_one_percent = 14
he_linear_growth = 32
