# title: Counts the first layer as a further one
# kind: misconception
# fails: predict-variances-test 3/4
# hint: the first layer was counted, too

# %% predict-variances
def predict_variances(input_mean_square, fan_ins, weight_stds, activation):
    variances, signal = [], input_mean_square
    for fan_in, std in zip(fan_ins, weight_stds):
        q = fan_in * std**2 * signal
        variances.append(q)
        signal = mean_square(activation, q)
    return variances


layers_to_one_percent = 15
he_linear_growth = 32
