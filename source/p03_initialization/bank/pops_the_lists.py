# title: Pops from the lists that it was given
# kind: misconception
# fails: predict-variances-test 2/4
# hint: a list that was handed in is changed

# %% predict-variances
def predict_variances(input_mean_square, fan_ins, weight_stds, activation):
    found, signal = [], input_mean_square
    while fan_ins:
        found.append(fan_ins.pop(0) * weight_stds.pop(0) ** 2 * signal)
        signal = mean_square(activation, found[-1])
    return found


layers_to_one_percent = 14


he_linear_growth = 32
