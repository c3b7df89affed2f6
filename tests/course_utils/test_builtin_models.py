"""Which models grading builds anew: the rule, taken from Keras, and its words."""

# ruff: noqa: E501 (a table of models)

import functools
import inspect

import keras
import numpy as np
import pytest

from course_utils import builtin_models, expect

tf = pytest.importorskip("tensorflow")  # the tables below have functions of it

# What `keras.layers` exports in Keras 3.15.1. A name that is new fails the test below: read its class, say here
# what it is, and look whether the rule in `builtin_models` treats it so.
ALLOWED = """
Activation ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D
AdaptiveAveragePooling3D AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add
AdditiveAttention AlphaDropout Attention AugMix AutoContrast Average AveragePooling1D AveragePooling2D
AveragePooling3D AvgPool1D AvgPool2D AvgPool3D BatchNormalization Bidirectional CategoryEncoding
CenterCrop Concatenate ContrastLimitedAdaptiveHistogramEqualization Conv1D Conv1DTranspose Conv2D
Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D Convolution1D
Convolution1DTranspose Convolution2D Convolution2DTranspose Convolution3D Convolution3DTranspose
Cropping1D Cropping2D Cropping3D CutMix Dense DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout
ELU EinsumDense Embedding Equalization Flatten GRU GRUCell GaussianDropout GaussianNoise
GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalAvgPool1D GlobalAvgPool2D
GlobalAvgPool3D GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPool3D GlobalMaxPooling1D GlobalMaxPooling2D
GlobalMaxPooling3D GroupNormalization GroupQueryAttention HashedCrossing Hashing Identity InputLayer LSTM
LSTMCell LayerNormalization LeakyReLU Masking MaxNumBoundingBoxes MaxPool1D MaxPool2D MaxPool3D
MaxPooling1D MaxPooling2D MaxPooling3D Maximum MelSpectrogram Minimum MixUp MultiHeadAttention Multiply
Normalization PReLU Permute Pipeline RMSNormalization RNN RandAugment RandomBrightness
RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop RandomElasticTransform RandomErasing
RandomFlip RandomGaussianBlur RandomGrayscale RandomHue RandomInvert RandomPerspective RandomPosterization
RandomRotation RandomSaturation RandomSharpness RandomShear RandomTranslation RandomZoom ReLU RepeatVector
Rescaling Reshape Resizing ReversibleEmbedding STFTSpectrogram SeparableConv1D SeparableConv2D
SeparableConvolution1D SeparableConvolution2D SimpleRNN SimpleRNNCell Softmax Solarization
SpatialDropout1D SpatialDropout2D SpatialDropout3D SpectralNormalization StackedRNNCells Subtract
TimeDistributed UnitNormalization UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D
ZeroPadding3D
"""
REFUSED = {
    "FlaxLayer": "runs code that is not Keras' own",
    "IntegerLookup": "may read its vocabulary from a file",
    "JaxLayer": "runs code that is not Keras' own",
    "Lambda": "runs code that is part of the model",
    "Layer": "computes nothing by itself",
    "StringLookup": "may read its vocabulary from a file",
    "TFSMLayer": "runs code that is not Keras' own",
    "TextVectorization": "may read its vocabulary from a file",
    "TorchModuleWrapper": "runs code that is not Keras' own",
    "Wrapper": "computes nothing by itself",
}
RUN_OR_READ = {
    "function",
    "module",
    "call_fn",
    "filepath",
    "vocabulary",
}  # parameters that take code or a file


def test_every_layer_of_keras_is_allowed_or_refused_for_a_reason():
    assert builtin_models.layers() == dict.fromkeys(ALLOWED.split()) | REFUSED


def test_no_layer_that_takes_code_or_a_file_is_allowed():
    takes = {
        name
        for name in builtin_models.layers()
        if RUN_OR_READ & set(inspect.signature(getattr(keras.layers, name).__init__).parameters)
    }
    assert takes == set(REFUSED) - {"Layer", "Wrapper"}  # which compute nothing


@pytest.mark.parametrize(
    ("function", "activation"),
    [pair for pair in builtin_models.functions().items() if pair[0] is not pair[1]],
    ids=lambda function: f"{function.__module__}.{function.__name__}",
)
def test_what_stands_for_an_activation_computes_the_same(function, activation):
    grid = (
        np.concatenate([np.linspace(-30, 30, 60), np.linspace(-2, 2, 60)]).astype("float32").reshape(12, 10)
    )
    np.testing.assert_array_equal(np.asarray(function(grid)), np.asarray(activation(grid)))


@pytest.mark.parametrize(
    "function",
    [
        *(tf.nn.relu, tf.nn.softmax, tf.nn.gelu, tf.tanh, tf.sigmoid, tf.identity, tf.exp),
        *(keras.ops.relu, keras.ops.softmax, keras.ops.tanh, keras.activations.relu, keras.activations.gelu),
    ],
    ids=lambda function: f"{function.__module__}.{function.__name__}",
)
def test_functions_of_keras_and_tensorflow_become_the_activation_of_keras(function):
    model = network(keras.layers.Dense(3, activation=function))
    again = builtin_models.rebuilt(builtin_models.configuration(model))
    again.set_weights(model.get_weights())
    x = np.random.default_rng().normal(size=(20, 4)).astype("float32")
    np.testing.assert_allclose(again(x), model(x), rtol=1e-5, atol=1e-6)
    assert model.layers[0].activation is function  # the student's model is as it was
    assert again.layers[0].activation is builtin_models.functions()[function]


def network(*layers, cls=keras.Sequential, **settings):
    model = cls([keras.Input((4,)), *layers])
    model.compile(**{"optimizer": "sgd", "loss": "mse"} | settings)
    return model


def relu(x):  # by its name, one of Keras' own
    return x * 0


class Dense(keras.layers.Dense):
    pass


class Own(keras.Sequential):
    pass


def test_pipelines_augmentation_and_layers_as_activations_are_keras_own():
    augment = keras.layers.Pipeline([keras.layers.RandomErasing(), keras.layers.RandAugment()])
    mixed = [keras.layers.CutMix(), keras.layers.MixUp(), keras.layers.AugMix(), keras.layers.Flatten()]
    images = keras.Sequential([keras.Input((8, 8, 3)), augment, *mixed, keras.layers.Dense(2)])
    hidden = network(keras.layers.Dense(3, activation=keras.layers.LeakyReLU(negative_slope=0.1)))
    for model in (images, hidden):
        expect.builtin_model(model, "the model", compiled=True)


NOT_A_FUNCTION = "which is not one of `keras.activations`, `keras.losses` or `keras.metrics`"
CODE_OF_ITS_OWN = {
    "a function of the same name": (lambda: network(keras.layers.Dense(3, relu)), f"the function 'relu', {NOT_A_FUNCTION}"),
    "a lambda": (lambda: network(keras.layers.Dense(3, lambda x: x)), f"the function '<lambda>', {NOT_A_FUNCTION}"),
    "a partial": (lambda: network(keras.layers.Dense(3, functools.partial(tf.nn.leaky_relu, alpha=0.3))), f"the function 'partial', {NOT_A_FUNCTION}"),
    "another default": (lambda: network(keras.layers.Dense(3, keras.ops.gelu)), f"the function 'gelu', {NOT_A_FUNCTION}"),
    "no activation": (lambda: network(keras.layers.Activation(tf.sin)), f"the function 'sin', {NOT_A_FUNCTION}"),
    "in a pipeline": (lambda: network(keras.layers.Pipeline([keras.layers.Dense(3, relu)])), f"the function 'relu', {NOT_A_FUNCTION}"),
    "in a model in the model": (lambda: network(network(Dense(3))), "the class 'Dense', which is not one of Keras' own"),
    "a layer": (lambda: network(Dense(3)), "the class 'Dense', which is not one of Keras' own"),
    "Lambda": (lambda: network(keras.layers.Lambda(lambda x: x)), "the class 'Lambda', which runs code that is part of the model"),
    "a model": (lambda: network(keras.layers.Dense(3), cls=Own), "the class 'Own', which is not one of Keras' own"),
}  # fmt: skip


@pytest.mark.parametrize(("build", "reason"), CODE_OF_ITS_OWN.values(), ids=CODE_OF_ITS_OWN.keys())
def test_a_model_with_code_of_its_own_is_refused_and_the_code_is_named(build, reason):
    model = build()
    with pytest.raises(builtin_models.ModelRefused) as refused:
        expect.builtin_model(model, "the model")
    assert str(refused.value) == f"the model cannot be graded: it has {reason}"


def test_a_check_says_it_as_feedback(capsys):
    exercise = expect.exercise("Build it", points=1)
    with pytest.raises(expect.CheckFailed), exercise, exercise.part("the network", points=1):
        expect.builtin_model(network(Dense(3)), "the network")
    words = " ".join(capsys.readouterr().out.split())
    assert (
        "Got: the model cannot be graded: it has the class 'Dense', which is not one of Keras' own" in words
    )
    assert "Next step: Build the model from Keras' own layers, activations and losses" in words
    assert "TypeError" not in words


def test_what_is_no_model_is_no_refusal():
    with pytest.raises(expect.CheckFailed, match="a Keras model"):
        expect.builtin_model([1, 2], "the network")
    with pytest.raises(expect.CheckFailed) as failed:
        expect.builtin_model(None, "the network")
    assert failed.value.unanswered


PARTIAL = functools.partial(keras.losses.huber, delta=0.5)
SETTINGS_OF_ITS_OWN = {
    "loss": (lambda: network(keras.layers.Dense(3), loss=PARTIAL), "'partial'"),
    "metrics": (lambda: network(keras.layers.Dense(3), metrics=["mae", relu]), "'relu'"),
    "optimizer": (lambda: network(keras.layers.Dense(3), optimizer=type("Mine", (keras.optimizers.SGD,), {})()), "'Mine'"),
}  # fmt: skip


@pytest.mark.parametrize("setting", SETTINGS_OF_ITS_OWN)
def test_what_a_model_was_compiled_with_counts_only_where_it_is_read(setting):
    build, named = SETTINGS_OF_ITS_OWN[setting]
    model = build()
    expect.builtin_model(model, "the model")
    words = f"the `{setting}` that the model was compiled with cannot be graded: it has the .*{named}"
    with pytest.raises(builtin_models.ModelRefused, match=words):
        expect.builtin_model(model, "the model", compiled=True)
    settings, missing = builtin_models.compile_settings(model)
    again = builtin_models.rebuilt(builtin_models.configuration(model))
    builtin_models.compile_with(again, settings, missing)
    assert builtin_models.compile_settings(again) == (settings, missing)
    x = np.ones((2, 4), "float32")
    assert again.predict(x, verbose=0).shape == (2, 3)
    reads = {
        "optimizer": lambda: again.optimizer.learning_rate,
        "loss": lambda: again.loss == "mse",
        "metrics": lambda: again.metrics_names,
        "fit": lambda: again.fit(x, x[:, :3], verbose=0),
        "get_compile_config": lambda: again.get_compile_config(),
    }
    for name, read in reads.items():
        if name in (setting, "fit", "get_compile_config"):
            with pytest.raises(builtin_models.ModelRefused, match=words):
                read()
        else:
            read()
    again.compile("sgd", "mse", metrics=["mae"])
    for read in reads.values():
        read()


def test_a_custom_loss_of_a_model_in_the_model_is_not_read_either():
    inner = network(keras.layers.Dense(3), loss=PARTIAL)
    expect.builtin_model(network(inner), "the model", compiled=True)
    assert inner.loss is PARTIAL
    assert "get_compile_config" not in vars(inner)


def test_a_model_that_was_built_anew_is_not_built_once_more(monkeypatch):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    anew = builtin_models.rebuilt(builtin_models.configuration(model))
    built: list[keras.Model] = []

    def build(*_, **__):
        built.append(model)
        return model

    monkeypatch.setattr(builtin_models, "_sequential", build)
    expect.builtin_model(anew, "the model")
    assert not built
    expect.builtin_model(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]), "the model")
    assert built == [model]


@pytest.mark.parametrize(
    "build",
    [
        lambda: keras.Sequential(
            [keras.Input((3,)), keras.layers.Dense(2), keras.layers.BatchNormalization()]
        ),
        lambda: keras.Sequential([keras.layers.Dense(2), keras.layers.Dense(1)], name="without_an_input"),
        lambda: network(keras.layers.Dense(4), network(keras.layers.Dense(4), keras.layers.Dropout(0.5))),
        lambda: keras.Sequential(
            [keras.Input((3,), dtype="float16"), keras.layers.Dense(2, dtype="float16")], trainable=False
        ),
    ],
    ids=["with an input", "without an input", "a model in the model", "half precision, frozen"],
)
@pytest.mark.parametrize("called", [False, True])
def test_a_sequential_model_is_what_keras_makes_of_its_configuration(build, called):
    model = build()
    if called:
        model(keras.ops.ones((5, *(model.input_shape[1:] if model.built else (3,)))))
    config = builtin_models.configuration(model)
    found, wanted = builtin_models.rebuilt(config), keras.saving.deserialize_keras_object(config)
    assert found.get_config() == wanted.get_config()
    assert found.built == wanted.built
    assert [weight.path for weight in found.weights] == [weight.path for weight in wanted.weights]
    assert [weight.shape for weight in found.weights] == [weight.shape for weight in wanted.weights]
    assert [weight.trainable for weight in found.weights] == [weight.trainable for weight in wanted.weights]
