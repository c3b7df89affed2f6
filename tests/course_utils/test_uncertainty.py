"""Only dropout is random in Monte-Carlo dropout, and the scores are those of their definitions."""

import keras
import numpy as np
import pytest
from scipy.stats import binomtest, entropy
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from course_utils import uncertainty

layers = keras.layers


def sequential(*inner, width=6):
    return keras.Sequential([keras.Input((width,)), *inner])


def with_batch_normalisation(rate):
    """A trained network, so that moving averages are neither 0 and 1 nor those of the test's batch."""
    model = sequential(
        layers.Dense(8, activation="elu"),
        layers.BatchNormalization(),
        layers.Dropout(rate),
        layers.Dense(3, activation="softmax"),
    )
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")
    rng = np.random.default_rng(0)
    model.fit(rng.normal(2, 3, (64, 6)), rng.integers(3, size=64), epochs=2, verbose=0)
    return model


def functional(rate):
    """Two branches, one of them a model by itself."""
    inputs = keras.Input((6,))
    inner = sequential(layers.Dense(4, activation="tanh"), layers.Dropout(rate))
    straight = layers.Dropout(rate)(layers.Dense(4)(inputs))
    both = layers.Concatenate()([inner(inputs), straight])
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(both))


def inputs(n=5, seed=1):
    return np.random.default_rng(seed).normal(size=(n, 6)).astype("float32")


def probabilities(n=400, k=5, seed=0):
    """Probabilities and labels drawn from them: calibrated but for chance."""
    rng = np.random.default_rng(seed)
    rows = rng.dirichlet(np.full(k, 0.5), size=n)
    return rows, np.array([rng.choice(k, p=row) for row in rows])


# --- Monte-Carlo dropout ------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [with_batch_normalisation, functional])
def test_with_rates_near_zero_passes_are_the_models_inference(make):
    # at this rate nothing is dropped, and the scale is 1 to float32
    model = make(1e-9)
    samples = uncertainty.mc_samples(model, inputs(), 3, seed=0)
    np.testing.assert_allclose(
        samples, np.broadcast_to(model.predict(inputs(), verbose=0), samples.shape), atol=1e-6
    )


@pytest.mark.parametrize("make", [with_batch_normalisation, functional])
def test_passes_differ_and_follow_from_the_seed(make):
    mc = uncertainty.mc_model(make(0.5))
    first = uncertainty.mc_samples(mc, inputs(), 20, seed=3)
    assert first.shape == (20, 5, 3)
    assert first.dtype == np.float32
    assert len(np.unique(first[:, 0, 0])) > 5
    np.testing.assert_array_equal(uncertainty.mc_samples(mc, inputs(), 20, seed=3), first)
    assert not np.array_equal(uncertainty.mc_samples(mc, inputs(), 20, seed=4), first)
    assert not np.array_equal(uncertainty.mc_samples(mc, inputs(), 20), first)


def test_batch_normalisation_stays_in_inference_mode_and_as_it_is():
    model = with_batch_normalisation(0.5)
    mc = uncertainty.mc_model(model)
    before = [array.copy() for array in mc.get_weights()]
    # an input's distribution does not depend on what else is in the batch: here, not even its sample
    alone = uncertainty.mc_samples(mc, inputs(1), 4, seed=0)
    repeated = np.repeat(inputs(1), 4, axis=0)
    np.testing.assert_allclose(uncertainty.mc_samples(mc, repeated, 1, seed=0)[0], alone[:, 0], atol=1e-6)
    for array, now in zip(before, mc.get_weights(), strict=True):
        np.testing.assert_array_equal(array, now)


def test_the_copy_shares_neither_weights_nor_random_states():
    model = with_batch_normalisation(0.5)
    mc = uncertainty.mc_model(model)
    states = [keras.ops.convert_to_numpy(variable) for variable in model.variables]
    samples = uncertainty.mc_samples(mc, inputs(), 3, seed=0)
    for before, variable in zip(states, model.variables, strict=True):
        np.testing.assert_array_equal(before, keras.ops.convert_to_numpy(variable))
    model.set_weights([array + 1 for array in model.get_weights()])
    np.testing.assert_array_equal(uncertainty.mc_samples(mc, inputs(), 3, seed=0), samples)


@pytest.mark.parametrize("make", [with_batch_normalisation, functional])
def test_saved_and_loaded_models_give_the_same_samples(make, tmp_path):
    model = make(0.3)
    samples = uncertainty.mc_samples(model, inputs(), 5, seed=7)
    model.save(tmp_path / "plain.keras")
    uncertainty.mc_model(model).save(tmp_path / "mc.keras")
    for name in ("plain", "mc"):
        loaded = keras.saving.load_model(tmp_path / f"{name}.keras")
        np.testing.assert_allclose(uncertainty.mc_samples(loaded, inputs(), 5, seed=7), samples, atol=1e-6)


def test_dropout_is_bernoulli_with_the_layers_rate():
    model = sequential(layers.Dropout(0.3))
    samples = uncertainty.mc_samples(model, np.ones((1, 6), "float32"), 5_000, seed=0)
    np.testing.assert_allclose(np.unique(samples), [0, 1 / 0.7], rtol=1e-6)
    dropped = int((samples == 0).sum())
    assert binomtest(dropped, samples.size, 0.3).pvalue > 1e-6  # a false alarm once in 10⁶ seeds


def test_layers_of_equal_shape_draw_different_masks():
    entry = keras.Input((200,))
    model = keras.Model(entry, layers.Concatenate()([layers.Dropout(0.5)(entry), layers.Dropout(0.5)(entry)]))
    sample = uncertainty.mc_samples(model, np.ones((1, 200), "float32"), 1, seed=0)[0, 0]
    assert not np.array_equal(sample[:200], sample[200:])


def test_spatial_alpha_and_gaussian_dropout_are_dropout_and_noise_is_not():
    image = np.ones((1, 4, 4, 50), "float32")
    spatial = keras.Sequential([keras.Input((4, 4, 50)), layers.SpatialDropout2D(0.5)])
    sample = uncertainty.mc_samples(spatial, image, 1, seed=0)[0, 0]
    assert np.all(sample == sample[0, 0])  # a whole map is dropped or kept
    assert set(np.unique(sample)) == {0, 2}
    for layer in (layers.AlphaDropout(0.5), layers.GaussianDropout(0.5)):
        samples = uncertainty.mc_samples(sequential(layer), inputs(), 50, seed=0)
        assert (uncertainty.predictive_std(samples) > 0).all()
    noisy = sequential(layers.GaussianNoise(1.0), layers.Dropout(0.5))
    samples = uncertainty.mc_samples(noisy, inputs(), 10, seed=0)
    assert np.all((samples == 0) | np.isclose(samples, 2 * inputs()))


def test_a_dropout_class_of_the_users_is_switched_on_too():
    class Tripled(keras.layers.Dropout):
        def call(self, inputs, training=False):
            return 3 * super().call(inputs, training=training)

    samples = uncertainty.mc_samples(sequential(Tripled(0.5)), np.ones((1, 6), "float32"), 50, seed=0)
    assert set(np.unique(samples)) == {0, 6}


def test_memory_is_bounded_and_changes_no_distribution():
    model, sizes = sequential(layers.Dropout(0.3)), []
    mc = uncertainty.mc_model(model)
    called = type(mc).__call__

    def watched(self, x, **arguments):
        sizes.append(len(x))
        return called(self, x, **arguments)

    mc.__class__ = type("Watched", (type(mc),), {"__call__": watched})
    per_input = 4 * (6 + 6)
    samples = uncertainty.mc_samples(mc, np.ones((7, 6), "float32"), 300, seed=0, memory=10 * per_input)
    assert max(sizes) == 10
    assert sum(sizes) == 7 * 300
    assert samples.shape == (300, 7, 6)
    assert binomtest(int((samples == 0).sum()), samples.size, 0.3).pvalue > 1e-6
    sizes.clear()
    uncertainty.mc_samples(mc, np.ones((7, 6), "float32"), 300, seed=0)
    assert sizes == [2_100]


def test_many_passes_at_once_are_as_good_as_separate_calls():
    model = sequential(layers.Dense(20, activation="elu"), layers.Dropout(0.4), layers.Dense(3))
    mc = uncertainty.mc_model(model)
    together = uncertainty.mc_samples(mc, inputs(2), 4_000, seed=0)
    separate = np.stack([np.asarray(mc(inputs(2))) for _ in range(300)])
    error = np.sqrt(together.var(axis=0) / 4_000 + separate.var(axis=0) / 300)
    assert (
        np.abs(together.mean(axis=0) - separate.mean(axis=0)) < 5.5 * error
    ).all()  # 6 × 4e-8 false alarms
    np.testing.assert_allclose(together.std(axis=0), separate.std(axis=0), rtol=0.3)


def test_models_that_cannot_be_sampled_are_told_in_words():
    with pytest.raises(ValueError, match="no dropout layer"):
        uncertainty.mc_model(sequential(layers.Dense(2)))
    with pytest.raises(ValueError, match="no dropout layer"):
        uncertainty.mc_model(sequential(layers.Dropout(0.0)))
    with pytest.raises(ValueError, match="built"):
        uncertainty.mc_model(keras.Sequential([layers.Dropout(0.5)]))
    recurrent = keras.Sequential([keras.Input((3, 2)), layers.LSTM(4, dropout=0.5)])
    with pytest.raises(ValueError, match="dropout inside"):
        uncertainty.mc_model(recurrent)
    wrapped = keras.Sequential([keras.Input((3, 2)), layers.TimeDistributed(layers.Dropout(0.5))])
    with pytest.raises(ValueError, match="dropout inside"):
        uncertainty.mc_model(wrapped)
    with pytest.raises(ValueError, match="passes"):
        uncertainty.mc_samples(functional(0.5), inputs(), 0)
    with pytest.raises(ValueError, match="any size"):
        uncertainty.mc_samples(keras.Sequential([keras.Input((None, 2)), layers.Dropout(0.5)]), inputs())

    class Subclassed(keras.Model):
        pass

    with pytest.raises(ValueError, match="no Sequential or Functional"):
        uncertainty.mc_model(Subclassed())


# --- what samples say ---------------------------------------------------------------------------------------


def test_entropy_and_mutual_information_of_two_opinions():
    agree, disagree = [[0.5, 0.5], [0.5, 0.5]], [[1.0, 0.0], [0.0, 1.0]]
    samples = np.array([agree, disagree]).swapaxes(0, 1)
    np.testing.assert_allclose(uncertainty.predictive_entropy(samples), np.log(2))
    np.testing.assert_allclose(uncertainty.mutual_information(samples), [0, np.log(2)], atol=1e-12)


def test_entropies_are_those_of_scipy_and_information_is_a_divergence():
    samples = np.random.default_rng(0).dirichlet(np.ones(4), size=(30, 7))
    mean = uncertainty.predictive_mean(samples)
    np.testing.assert_allclose(uncertainty.predictive_entropy(samples), entropy(mean, axis=1))
    np.testing.assert_allclose(uncertainty.predictive_entropy(mean), entropy(mean, axis=1))
    divergence = entropy(samples, mean[np.newaxis], axis=2).mean(axis=0)  # mean Kullback-Leibler divergence
    np.testing.assert_allclose(uncertainty.mutual_information(samples), divergence)
    np.testing.assert_allclose(uncertainty.predictive_std(samples), samples.std(axis=0))


# --- scores and calibration ---------------------------------------------------------------------------------


def test_scores_are_those_of_scikit_learn_and_of_their_formulas():
    rows, labels = probabilities()
    of_truth = rows[np.arange(len(rows)), labels]
    found = uncertainty.negative_log_likelihood(rows, labels)
    assert found == pytest.approx(log_loss(labels, rows))
    assert found == pytest.approx(-np.log(of_truth).mean())
    brier = uncertainty.brier_score(rows, labels)
    assert brier == pytest.approx(brier_score_loss(labels, rows))
    assert brier == pytest.approx(np.mean(np.sum((rows - np.eye(5)[labels]) ** 2, axis=1)))
    assert uncertainty.accuracy(rows, labels) == np.mean(rows.argmax(axis=1) == labels)


def test_scores_take_labels_that_lack_a_class_two_classes_and_float32():
    rows = np.array([[0.7, 0.2, 0.1], [0.6, 0.3, 0.1]], "float32")
    assert uncertainty.negative_log_likelihood(rows, [0, 1]) == pytest.approx(
        -np.log([0.7, 0.3]).mean(), 1e-6
    )
    two = np.array([[0.9, 0.1], [0.4, 0.6]])
    assert uncertainty.brier_score(two, [0, 0]) == pytest.approx((2 * 0.01 + 2 * 0.36) / 2)
    impossible = uncertainty.negative_log_likelihood([[1.0, 0.0]], [1])
    assert impossible == pytest.approx(-np.log(np.finfo(float).eps))


@pytest.mark.parametrize(("equal", "strategy"), [("width", "uniform"), ("mass", "quantile")])
def test_bins_are_those_of_scikit_learn(equal, strategy):
    rows, labels = probabilities(n=1_000)  # a multiple of the bins: quantiles cut where groups do
    table = uncertainty.calibration_bins(rows, labels, 10, equal)
    confidence, correct = rows.max(axis=1), rows.argmax(axis=1) == labels
    accuracy, mean = calibration_curve(correct, confidence, n_bins=10, strategy=strategy)
    np.testing.assert_allclose(table["accuracy"], accuracy)
    np.testing.assert_allclose(table["confidence"], mean)
    assert table["count"].sum() == 1_000
    assert ((table["low"] <= table["confidence"]) & (table["confidence"] <= table["high"])).all()
    error = np.sum(table["count"] / 1_000 * np.abs(accuracy - mean))
    assert uncertainty.calibration_error(rows, labels, 10, equal) == pytest.approx(error)


def test_bins_at_their_edges():
    rows = np.array([[1.0, 0.0], [0.75, 0.25], [0.5, 0.5]])
    table = uncertainty.calibration_bins(rows, [0, 0, 0], 4)
    assert table["high"].tolist() == [0.5, 0.75, 1.0]  # each upper edge belongs to its bin; one bin is empty
    table = uncertainty.calibration_bins(rows, [0, 0, 0], 2, "mass")
    assert table["count"].tolist() == [2, 1]
    assert uncertainty.calibration_bins(rows, [0, 0, 0], 15, "mass")["count"].tolist() == [1, 1, 1]


@pytest.mark.parametrize("equal", ["width", "mass"])
def test_the_order_of_inputs_does_not_count_where_confidences_are_equal(equal):
    confidence = np.repeat([0.8, 0.9, 1.0], [700, 200, 100])
    rows = np.stack([confidence, 1 - confidence], axis=1)
    # 80 %, 90 % and 100 % are right: in bins of one confidence each, the error is 0
    labels = np.concatenate([np.arange(n) >= right for n, right in ((700, 560), (200, 180), (100, 100))])
    order = np.random.default_rng(0).permutation(1_000)
    for chosen in (np.arange(1_000), order):
        assert uncertainty.calibration_error(rows[chosen], labels[chosen].astype(int), 10, equal) < 1e-12
        counts = uncertainty.calibration_bins(rows[chosen], labels[chosen].astype(int), 10, equal)["count"]
        assert sorted(counts) == [100, 200, 700]


def test_a_network_that_is_too_sure_by_a_tenth_has_an_error_of_a_tenth():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.7, 1, 200_000)
    right = rng.uniform(size=len(confidence)) < confidence - 0.1
    rows = np.stack([confidence, 1 - confidence], axis=1)
    labels = np.where(right, 0, 1)
    for equal in ("width", "mass"):
        # one standard error is 0.001 in all; 0.006 is five of them and the bias of 15 bins
        assert uncertainty.calibration_error(rows, labels, 15, equal) == pytest.approx(0.1, abs=0.006)


@pytest.mark.parametrize(("gap", "share"), [(0.1, 0.8), (0.0, 0.5)])
def test_the_interval_covers_the_true_error(gap, share):
    rng, covered = np.random.default_rng(1), 0
    for trial in range(40):
        confidence = rng.uniform(0.7, 1, 500)
        right = rng.uniform(size=500) < confidence - gap
        rows = np.stack([confidence, 1 - confidence], axis=1)
        low, high = uncertainty.calibration_interval(
            rows, np.where(right, 0, 1), 10, resamples=60, seed=trial
        )
        assert 0 <= low <= high
        covered += low <= gap + 1e-12 and gap <= high
    # the seed is fixed; as the docstring says, 93 % and 77 % are to be expected, percentiles give 0 % for 0
    assert covered >= share * 40


def test_what_is_no_distribution_is_refused():
    with pytest.raises(ValueError, match="logits"):
        uncertainty.negative_log_likelihood([[2.0, -1.0]], [0])
    with pytest.raises(ValueError, match="logits"):
        uncertainty.brier_score([[np.nan, 1.0]], [0])
    with pytest.raises(ValueError, match="shape"):
        uncertainty.calibration_error([[0.5, 0.5]], [0, 1])
    with pytest.raises(ValueError, match="width"):
        uncertainty.calibration_bins([[0.5, 0.5]], [0], equal="height")


# --- what uncertainty is good for ---------------------------------------------------------------------------


def test_rejecting_the_worst_first():
    rows, labels = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]]), [0, 0, 1, 1]
    table = uncertainty.accuracy_rejection(rows, labels, [0.1, 0.2, 0.3, 0.4])
    np.testing.assert_allclose(table["rejected"], [0, 0.25, 0.5, 0.75])
    np.testing.assert_allclose(table["accuracy"], [0.5, 2 / 3, 1, 1])


def test_out_of_distribution_scores():
    samples = np.random.default_rng(0).dirichlet(np.ones(4), size=(30, 7))
    scores = uncertainty.ood_scores(samples)
    np.testing.assert_allclose(scores["1 − max probability"], 1 - samples.mean(axis=0).max(axis=1))
    single = uncertainty.ood_scores(samples[:1])
    np.testing.assert_allclose(single["mutual information"], 0, atol=1e-12)
    inside, outside = np.array([0.1, 0.2, 0.3]), np.array([0.3, 0.4])
    pairs = np.sign(outside[:, np.newaxis] - inside)  # the definition, by Mann and Whitney
    assert uncertainty.ood_auroc(inside, outside) == pytest.approx((pairs.mean() + 1) / 2)
    assert uncertainty.ood_auroc(inside, outside) == roc_auc_score([0, 0, 0, 1, 1], [*inside, *outside])
