"""From scikit-learn's boosted trees to an ONNX model that adds them up in double precision."""

from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.tree import DecisionTreeRegressor

# Codes of the TreeEnsemble operator.
BRANCH_LEQ = 0
SUM = 1
ML_DOMAIN = "ai.onnx.ml"


@dataclass(frozen=True)
class FlatTree:
    """One tree as arrays: its branches, and its leaves; children are numbers of branches or of leaves."""

    features: NDArray[np.int64]
    thresholds: NDArray[np.float64]
    left: NDArray[np.int64]
    left_is_leaf: NDArray[np.bool_]
    right: NDArray[np.int64]
    right_is_leaf: NDArray[np.bool_]
    leaf_values: NDArray[np.float64]


def to_onnx(booster: GradientBoostingRegressor, feature_count: int) -> bytes:
    """Convert a fitted booster; the result takes float64 features (n, d) and gives float64 amounts (n, 1).

    scikit-learn compares float32 features with float64 thresholds and adds up in float64. So does
    this model, given the same float32 features in a float64 array; in single precision the two
    would differ by up to a cent.
    """
    trees = [_flatten(tree) for tree in booster.estimators_[:, 0]]
    start = np.array([[float(booster.init_.constant_.item())]])
    nodes = [
        _ensemble_node(trees, booster.learning_rate),
        helper.make_node("Add", ["boosted", "start"], ["amount"]),
    ]
    graph = helper.make_graph(
        nodes,
        "boosted_trees",
        [helper.make_tensor_value_info("features", TensorProto.DOUBLE, [None, feature_count])],
        [helper.make_tensor_value_info("amount", TensorProto.DOUBLE, [None, 1])],
        [numpy_helper.from_array(start, "start")],
    )
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(ML_DOMAIN, 5)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _flatten(estimator: DecisionTreeRegressor) -> FlatTree:
    tree = estimator.tree_
    if tree.node_count == 1:  # the operator wants a branch at the root: both ways lead to the only leaf
        zero, leaf = np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.bool_)
        return FlatTree(zero, np.zeros(1), zero, leaf, zero, leaf, tree.value[:, 0, 0])
    is_leaf = tree.children_left < 0
    numbers = np.where(is_leaf, np.cumsum(is_leaf), np.cumsum(~is_leaf)) - 1
    left, right = tree.children_left[~is_leaf], tree.children_right[~is_leaf]
    return FlatTree(
        features=tree.feature[~is_leaf],
        thresholds=tree.threshold[~is_leaf],
        left=numbers[left],
        left_is_leaf=is_leaf[left],
        right=numbers[right],
        right_is_leaf=is_leaf[right],
        leaf_values=tree.value[is_leaf, 0, 0],
    )


def _ensemble_node(trees: list[FlatTree], learning_rate: float) -> onnx.NodeProto:
    roots = _offsets([len(tree.features) for tree in trees])
    leaves = _offsets([len(tree.leaf_values) for tree in trees])
    left = [
        np.where(t.left_is_leaf, t.left + leaf, t.left + root)
        for t, root, leaf in zip(trees, roots, leaves, strict=True)
    ]
    right = [
        np.where(t.right_is_leaf, t.right + leaf, t.right + root)
        for t, root, leaf in zip(trees, roots, leaves, strict=True)
    ]
    weights = np.concatenate([tree.leaf_values for tree in trees]) * learning_rate
    thresholds = np.concatenate([tree.thresholds for tree in trees])
    modes = np.full(len(thresholds), BRANCH_LEQ, dtype=np.uint8)
    return helper.make_node(
        "TreeEnsemble",
        ["features"],
        ["boosted"],
        domain=ML_DOMAIN,
        aggregate_function=SUM,
        n_targets=1,
        tree_roots=roots.tolist(),
        nodes_featureids=_integers([tree.features for tree in trees]),
        nodes_splits=numpy_helper.from_array(thresholds, "thresholds"),
        nodes_modes=numpy_helper.from_array(modes, "modes"),
        nodes_truenodeids=_integers(left),
        nodes_trueleafs=_integers([tree.left_is_leaf for tree in trees]),
        nodes_falsenodeids=_integers(right),
        nodes_falseleafs=_integers([tree.right_is_leaf for tree in trees]),
        leaf_targetids=[0] * len(weights),
        leaf_weights=numpy_helper.from_array(weights, "leaf_weights"),
    )


def _offsets(lengths: list[int]) -> NDArray[np.int64]:
    """Where each of consecutive arrays begins in their concatenation."""
    return np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)


def _integers(arrays: list[NDArray[np.int64]] | list[NDArray[np.bool_]]) -> list[int]:
    integers: list[int] = np.concatenate(arrays).astype(np.int64).tolist()
    return integers
