#!/usr/bin/env bash
# Guess: onnx.reference.ReferenceEvaluator shows what an operator is
#   defined to give. LRN (the local response normalisation of AlexNet and
#   GoogLeNet) agrees with onnxruntime.
# Truth: Its loop over the channels runs over the images: with one image,
#   only the first channel is normalised, and the others pass unchanged.
#   With two images it is the first two channels. The shape is right, and
#   there is no warning. onnxruntime normalises all.
# Versions: onnx==1.23.2 numpy==2.4.6 ml_dtypes==0.6.0 protobuf==7.36.2
#   onnxruntime==1.32.0; Python 3.11
# Who is hurt, and what to do: Those who check an export or a runtime of
#   their own against the reference. With the usual alpha of 1e-4 the
#   difference looks like rounding. Compare LRN with onnxruntime. Known
#   since April 2026 and corrected in the repository, not in this release.
# Seen: 2026-11-29
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v"
"$tmp/v/bin/pip" install --quiet --no-compile --disable-pip-version-check onnx==1.23.2 numpy==2.4.6 \
  ml_dtypes==0.6.0 protobuf==7.36.2 onnxruntime==1.32.0
export TZ=UTC HOME="$tmp" PATH="$tmp/v/bin:$PATH"
cd "$tmp"
python -W ignore - <<'PY'
import numpy as np, onnxruntime
from onnx import TensorProto, checker, helper
from onnx.reference import ReferenceEvaluator
def both(images):
    x = np.arange(1, 1 + 4 * images, dtype="float32").reshape(images, 4, 1, 1)
    value = lambda n: helper.make_tensor_value_info(n, TensorProto.FLOAT, x.shape)
    node = helper.make_node("LRN", ["x"], ["y"], size=3, alpha=1.0)
    model = helper.make_model(helper.make_graph([node], "g", [value("x")], [value("y")]),
                              opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    checker.check_model(model, full_check=True)
    run = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    a, b = run.run(None, {"x": x})[0], ReferenceEvaluator(model).run(None, {"x": x})[0]
    wrong = ~np.isclose(a, b, rtol=1e-4)
    print(images, "image(s): onnxruntime", a[0].ravel().round(3).tolist(), " reference", b[0].ravel().round(3).tolist())
    assert np.array_equal(b[wrong], x[wrong])
    return wrong.all(axis=(0, 2, 3)).tolist()
assert both(1) == [False, True, True, True]
assert both(2) == [False, False, True, True]
assert both(4) == [False] * 4
PY
