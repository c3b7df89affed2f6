"""What Keras on TensorFlow does where a good guess goes wrong: a test for each row of docs/surprises.md."""

import contextlib

import keras
import numpy as np
import pytest
import sklearn.metrics
import tensorflow as tf
from keras import layers

ETA = 0.1


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.set_random_seed(42)


def dense(*args, **settings):
    """A linear layer whose weights are all 1, so that what training does can be read off."""
    return layers.Dense(*args, kernel_initializer="ones", **settings)


def one_layer(optimizer=None, **settings):
    model = keras.Sequential([keras.Input((2,)), dense(1, **settings)])
    model.compile(optimizer or keras.optimizers.SGD(ETA), loss="mse")
    return model


def data(rows=32, columns=2):
    rng = np.random.default_rng(0)
    return rng.normal(size=(rows, columns)).astype("float32"), rng.normal(size=(rows, 1)).astype("float32")


def fit(model, x, y, **settings):
    return model.fit(x, y, verbose=0, **settings)


def now(variable):
    """The value of a variable as it is now, whatever becomes of the variable."""
    return keras.ops.convert_to_numpy(variable).copy()


def kernel(model, index=0):
    return now(model.layers[index].kernel)


# --- what a model that was compiled, or has run, still takes notice of


def test_freezing_after_fit_without_compile_is_ignored():
    x, y = data()
    model = one_layer()
    fit(model, x, y)
    model.layers[0].trainable = False
    before = kernel(model)
    fit(model, x, y)
    assert not np.array_equal(kernel(model), before)
    model.compile("sgd", loss="mse")
    before = kernel(model)
    fit(model, x, y)
    np.testing.assert_array_equal(kernel(model), before)


def batch_normalised():
    model = keras.Sequential([keras.Input((2,)), layers.BatchNormalization(), dense(1)])
    model.compile(keras.optimizers.SGD(ETA), loss="mse")
    return model


def test_a_batch_normalization_frozen_without_compile_goes_on_moving():
    x, y = data()
    model = batch_normalised()
    fit(model, x, y)
    normalization = model.layers[0]
    normalization.trainable = False
    before = now(normalization.moving_mean)
    fit(model, x, y)
    assert not np.array_equal(now(normalization.moving_mean), before)
    model.compile("sgd", loss="mse")
    before = now(normalization.moving_mean)
    fit(model, x, y)
    np.testing.assert_array_equal(now(normalization.moving_mean), before)


@pytest.mark.parametrize("trainable", [True, False])
def test_training_false_in_a_functional_model_is_overridden_by_fit(trainable):
    x, y = data()
    trunk = keras.Sequential([keras.Input((2,)), layers.BatchNormalization()])
    trunk.trainable = trainable
    inputs = keras.Input((2,))
    model = keras.Model(inputs, dense(1)(trunk(inputs, training=False)))
    model.compile("sgd", loss="mse")
    before = now(trunk.layers[0].moving_mean)
    fit(model, x + 1, y)
    assert np.array_equal(now(trunk.layers[0].moving_mean), before) == (not trainable)


def test_a_layer_added_after_predict_changes_nothing_that_predict_gives():
    x, _ = data()
    model = keras.Sequential([keras.Input((2,)), dense(3)])
    model.predict(x, verbose=0)
    model.add(dense(1))
    assert model.output_shape == (None, 1)
    assert model.predict(x, verbose=0).shape == (32, 3)
    assert model(x).shape == (32, 1)


def test_an_activation_changed_after_fit_is_ignored():
    x, y = data()
    model = one_layer()
    fit(model, x, y)
    linear = model.predict(x, verbose=0)
    model.layers[0].activation = keras.activations.sigmoid
    np.testing.assert_array_equal(model.predict(x, verbose=0), linear)
    assert np.abs(model(x)).max() <= 1 < np.abs(linear).max()


def test_a_dropout_rate_changed_after_fit_is_ignored():
    x, y = np.ones((512, 8), "float32"), np.zeros((512, 1), "float32")
    model = keras.Sequential([keras.Input((8,)), layers.Dropout(0.5), dense(1)])
    model.compile(keras.optimizers.SGD(0.0), loss="mse")
    dropped = fit(model, x, y, batch_size=512).history["loss"][0]
    model.layers[0].rate = 0.0
    assert fit(model, x, y, batch_size=512).history["loss"][0] == pytest.approx(dropped, rel=0.1)
    model.compile(keras.optimizers.SGD(0.0), loss="mse")
    assert fit(model, x, y, batch_size=512).history["loss"][0] == pytest.approx(64)
    assert dropped == pytest.approx(72, rel=0.1)  # the mean of the square is 64, and its variance 8


def step_of(model, x, y):
    before = kernel(model)
    fit(model, x, y, batch_size=len(x))
    return np.linalg.norm(kernel(model) - before)


def test_a_clipnorm_changed_after_fit_is_ignored_and_a_learning_rate_is_not():
    x, y = np.full((4, 2), 100, "float32"), np.zeros((4, 1), "float32")
    model = one_layer(keras.optimizers.SGD(1e-9, clipnorm=1.0), use_bias=False)
    assert step_of(model, x, y) == pytest.approx(0)  # less than float32 sees beside 1
    model.optimizer.learning_rate = ETA
    assert step_of(model, x, y) == pytest.approx(ETA, rel=1e-3)
    model.optimizer.clipnorm = 10.0
    assert step_of(model, x, y) == pytest.approx(ETA, rel=1e-3)


def test_labels_of_another_rank_than_before_are_refused():
    x, y = data()
    model = one_layer()
    fit(model, x, y[:, 0])
    with pytest.raises(ValueError, match="unknown rank"):
        fit(model, x, y)


class Kernels(keras.callbacks.Callback):
    """Keeps the kernel as training has it at the end of each epoch."""

    def __init__(self):
        super().__init__()
        self.kernels = []

    def on_epoch_end(self, epoch, logs=None):
        self.kernels.append(kernel(self.model))


def test_restoring_the_best_weights_undoes_the_average_of_ema():
    x, y = data()
    final = {}
    for restore in (False, True):
        model = one_layer(keras.optimizers.SGD(ETA, use_ema=True, ema_momentum=0.9))
        seen = Kernels()
        stop = keras.callbacks.EarlyStopping(monitor="loss", patience=9, restore_best_weights=restore)
        fit(model, x, y, epochs=5, shuffle=False, callbacks=[seen, stop])
        final[restore] = kernel(model), seen.kernels
    averaged, last = final[False][0], final[False][1][-1]
    assert not np.allclose(averaged, last, atol=1e-4)
    restored, best = final[True][0], final[True][1][-1]
    np.testing.assert_array_equal(restored, best)


# --- chance


def dropout_layer():
    return layers.Dropout(0.5, seed=1)


def masks(layer, times=1):
    return [np.array(layer(np.ones((1, 64), "float32"), training=True)) for _ in range(times)][-1]


def test_the_state_of_dropout_is_in_no_saved_file(tmp_path):
    model = keras.Sequential([keras.Input((64,)), dropout_layer()])
    first = masks(model)
    second = masks(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(masks(loaded), first)  # it begins anew
    np.testing.assert_array_equal(masks(loaded), second)


def test_a_loaded_dropout_layer_without_a_seed_draws_other_masks_each_time(tmp_path):
    model = keras.Sequential([keras.Input((64,)), layers.Dropout(0.5)])
    first = masks(model)
    model.save(tmp_path / "model.keras")
    one, other = (masks(keras.saving.load_model(tmp_path / "model.keras")) for _ in range(2))
    assert not np.array_equal(one, first)
    assert not np.array_equal(other, first)
    assert not np.array_equal(one, other)


def test_backup_and_restore_leaves_the_state_of_dropout(tmp_path):
    x, y = np.ones((4, 64), "float32"), np.zeros((4, 1), "float32")

    def state(backup, epochs):
        model = keras.Sequential([keras.Input((64,)), dropout_layer(), dense(1)])
        model.compile("sgd", loss="mse")

        class Stop(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                if epoch == epochs:
                    raise KeyboardInterrupt

        callbacks = [keras.callbacks.BackupAndRestore(tmp_path / backup), Stop()]
        with contextlib.suppress(KeyboardInterrupt):
            fit(model, x, y, epochs=4, callbacks=callbacks)
        return now(model.layers[0].seed_generator.state), int(model.optimizer.iterations)

    whole, steps = state("whole", epochs=9)
    state("parts", epochs=2)
    resumed, resumed_steps = state("parts", epochs=9)
    assert steps == resumed_steps == 4
    assert not np.array_equal(resumed, whole)


def test_set_random_seed_does_not_reset_layers_that_exist():
    layer = layers.Dropout(0.5)
    keras.utils.set_random_seed(7)
    first = masks(layer)
    keras.utils.set_random_seed(7)
    assert not np.array_equal(masks(layer), first)


def test_an_unseeded_initialiser_object_gives_equal_kernels_each_time():
    initialiser = keras.initializers.GlorotUniform()
    np.testing.assert_array_equal(initialiser((3, 3)), initialiser((3, 3)))
    one_object = [layers.Dense(3, kernel_initializer=initialiser) for _ in range(2)]
    for layer in one_object:
        layer.build((None, 3))
    np.testing.assert_array_equal(*[now(layer.kernel) for layer in one_object])
    by_name = [layers.Dense(3, kernel_initializer="glorot_uniform") for _ in range(2)]
    for layer in by_name:
        layer.build((None, 3))
    assert not np.array_equal(*[now(layer.kernel) for layer in by_name])


@pytest.mark.parametrize("seed", [None, 3])
def test_after_set_random_seed_each_epoch_of_each_fit_has_the_same_minibatches(seed):
    if seed is None:
        tf.random.set_seed(None)
    else:
        keras.utils.set_random_seed(seed)
    x = np.arange(64, dtype="float32")[:, None]
    orders: list[list[float]] = []

    class Spy(keras.Sequential):
        def train_step(self, batch):
            orders[-1].extend(np.array(batch[0])[:, 0])
            return super().train_step(batch)

    model = Spy([keras.Input((1,)), dense(1)])
    model.compile(keras.optimizers.SGD(0.0), loss="mse", run_eagerly=True)
    anew = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: orders.append([]))
    for _ in range(2):
        fit(model, x, np.zeros(64), batch_size=16, epochs=2, callbacks=[anew])
    assert len(orders) == 4
    assert (orders[0] == orders[1] == orders[2] == orders[3]) == (seed is not None)
    assert orders[0] != list(range(64))


def test_two_layers_with_one_seed_draw_one_mask():
    np.testing.assert_array_equal(masks(dropout_layer()), masks(dropout_layer()))


def test_random_crop_crops_the_images_of_a_batch_alike():
    batch = np.stack([np.arange(400, dtype="float32").reshape(20, 20, 1)] * 16)

    def different(layer, images):
        return len({np.array(image).tobytes() for image in layer(images, training=True)})

    crop = layers.RandomCrop(4, 4, seed=1)
    assert [different(crop, batch) for _ in range(4)] == [1, 1, 1, 1]
    assert len({np.array(crop(batch, training=True)).tobytes() for _ in range(8)}) > 1
    assert different(layers.RandomTranslation(0.25, 0.25, seed=1), batch) > 8


# --- numbers


def test_cross_entropy_is_capped_on_arrays_and_not_where_the_logits_are_found():
    logits = np.array([[200.0, 0.0]], "float32")
    probabilities = np.array([[1.0, 0.0]], "float32")
    loss = keras.losses.SparseCategoricalCrossentropy()
    assert float(loss(np.array([1]), probabilities)) == pytest.approx(16.118, abs=1e-3)
    x, y = np.repeat(logits, 4, axis=0), np.ones(4)
    for after, expected in (((), 200), ((layers.Reshape((2,)),), 16.118)):
        model = keras.Sequential([keras.Input((2,)), layers.Activation("softmax"), *after])
        model.compile(loss=loss)
        assert model.evaluate(x, y, verbose=0) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("after", [False, True])
def test_with_an_operation_after_the_softmax_a_saturated_output_has_no_gradient(after):
    logits = tf.Variable([[200.0, 0.0]])

    @tf.function
    def gradient():
        with tf.GradientTape() as tape:
            outputs = keras.activations.softmax(logits)
            if after:
                outputs = tf.reshape(outputs, (1, 2))
            loss = keras.losses.sparse_categorical_crossentropy(tf.constant([1]), outputs)
        return tape.gradient(loss, logits)

    expected = [[0.0, 0.0]] if after else [[1.0, -1.0]]
    np.testing.assert_array_equal(gradient(), expected)


def test_leaky_relu_has_another_slope_as_a_layer_than_by_name():
    assert float(layers.LeakyReLU()(np.array([-1.0]))[0]) == pytest.approx(-0.3)
    assert float(keras.activations.get("leaky_relu")(np.array([-1.0]))[0]) == pytest.approx(-0.2)


def test_random_brightness_takes_images_to_be_in_0_to_255():
    images = np.full((8, 2, 2, 1), 0.5, "float32")
    without = np.array(layers.RandomBrightness(0.2, seed=1)(images, training=True))
    given = np.array(layers.RandomBrightness(0.2, value_range=(0, 1), seed=1)(images, training=True))
    assert np.abs(without - 0.5).max() > 1
    assert 0.01 < np.abs(given - 0.5).max() <= 0.2


def test_adam_s_epsilon_makes_the_first_step_of_a_small_gradient_small():
    for gradient, share in ((1e-6, 0.24), (1e-3, 1.0)):
        weight = keras.Variable([0.0])
        keras.optimizers.Adam(ETA).apply([keras.ops.convert_to_tensor([gradient])], [weight])
        assert float(-weight[0]) / ETA == pytest.approx(share, abs=0.01)


def test_auc_with_200_thresholds_takes_what_lies_between_two_of_them_as_equal():
    negative = np.linspace(0.0001, 0.0030, 10)
    positive = np.concatenate([[0.0029, 0.0040], np.linspace(0.5, 0.9, 8)])
    labels, scores = np.repeat([0, 1], 10), np.concatenate([negative, positive])
    assert sklearn.metrics.roc_auc_score(labels, scores) == pytest.approx(0.99)
    auc = keras.metrics.AUC()
    auc.update_state(labels, scores)
    assert float(auc.result()) == pytest.approx(0.90, abs=1e-3)


def test_with_steps_per_execution_the_last_batch_index_lies_beyond_the_data():
    x, y = data(rows=50)
    model = keras.Sequential([keras.Input((2,)), dense(1)])
    model.compile("sgd", loss="mse", steps_per_execution=4)
    seen = []
    last = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
    fit(model, x, y, batch_size=10, callbacks=[last])
    assert seen[-1] > 4


# --- images and backbones


def test_preprocess_input_works_in_place_on_floats():
    for family in (keras.applications.mobilenet_v2, keras.applications.resnet50):
        floats, bytes_ = np.full((1, 2, 2, 3), 255, "float32"), np.full((1, 2, 2, 3), 255, "uint8")
        family.preprocess_input(floats)
        family.preprocess_input(bytes_)
        assert floats.max() < 255
        assert bytes_.min() == 255


def test_images_are_made_smaller_without_antialiasing_and_load_img_takes_the_nearest_pixel(tmp_path):
    stripes = np.zeros((1, 9, 9, 1), "float32")
    stripes[:, 1::3] = 255  # each third row, so that a third of the light is in each new row
    smaller = np.array(layers.Resizing(3, 3)(stripes))
    smooth = np.array(layers.Resizing(3, 3, antialias=True)(stripes))
    assert smaller.min() == 255
    assert smooth.max() < 128
    keras.utils.save_img(tmp_path / "stripes.png", stripes[0], scale=False)
    loaded = keras.utils.img_to_array(keras.utils.load_img(tmp_path / "stripes.png", target_size=(5, 5)))
    assert set(np.unique(loaded)) == {0, 255}


def test_to_categorical_of_labels_that_begin_with_1_has_a_column_too_many():
    assert keras.utils.to_categorical(np.arange(1, 11)).shape == (10, 11)


def test_mobilenet_v2_normalises_with_a_momentum_of_0_999():
    def momenta(family):
        model = family(weights=None, include_top=False, input_shape=(32, 32, 3), alpha=0.5)
        return {one.momentum for one in model.layers if isinstance(one, layers.BatchNormalization)}

    assert momenta(keras.applications.MobileNet) == {0.99}
    assert momenta(keras.applications.MobileNetV2) == {0.999}


def test_keras_lists_the_devices():
    assert keras.distribution.list_devices()


def test_zeros_like_takes_a_variable():
    zeros = keras.ops.zeros_like(keras.Variable(np.ones((2, 3))))
    np.testing.assert_array_equal(zeros, np.zeros((2, 3)))


def test_the_answer_of_a_model_becomes_an_array():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    assert model.trainable_weights
    assert np.asarray(model(np.ones((4, 3)))).shape == (4, 2)


def test_the_state_of_a_dropout_layer_decides_its_masks():
    layer, masks = layers.Dropout(0.5), []
    for _ in range(2):
        layer.seed_generator.state.assign([1234, 0])
        masks.append(np.asarray(layer(np.ones((4, 50), "float32"), training=True)))
        assert list(np.asarray(layer.seed_generator.state.value)) == [1234, 1]
    np.testing.assert_array_equal(masks[0], masks[1])
