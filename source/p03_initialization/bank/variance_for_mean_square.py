# title: Uses the variance of ReLU's output for its mean square
# kind: misconception
# fails: predict-variances-test 3/4
# hint: the variance of the outputs was used in place of their mean square

# %% predict-variances
def predict_variances(input_mean_square, fan_ins, weight_stds, activation):
    variances, signal = [], input_mean_square
    for fan_in, std in zip(fan_ins, weight_stds):
        q = fan_in * std**2 * signal
        variances.append(q)
        signal = q * (0.5 - 0.5 / np.pi) if activation == "relu" else mean_square(activation, q)
    return variances


layers_to_one_percent = 14
he_linear_growth = 32
