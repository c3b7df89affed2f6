# title: Does not believe in inputs with a mean square above 10
# kind: misconception
# fails: predict-variances-test 2/4
# hint: mean square is taken for 10 at most

# %% predict-variances
def predict_variances(input_mean_square, fan_ins, weight_stds, activation):
    found, signal = [], min(input_mean_square, 10.0)
    for n, s in zip(fan_ins, weight_stds):
        q = n * s**2 * signal
        found.append(q)
        signal = mean_square(activation, q)
    return found


layers_to_one_percent = 14


he_linear_growth = 32
