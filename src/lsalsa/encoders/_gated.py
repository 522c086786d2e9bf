"""The recurrent unit that adaptive ISTA and SLSTM share: two gates and a linear candidate."""

from collections.abc import Mapping, Sequence
from typing import Any

from lsalsa.arrays import check_count
from lsalsa.encoders._dense import DenseEncoder, stacked
from lsalsa.encoders.base import Tape


class GatedEncoder(DenseEncoder):
    """i(t), f(t) = sigmoid(V y + U s(t-1) + b), c(t) = f(t) c(t-1) + i(t) (W_d y + W_e s(t-1)), s(t) = h(c(t)).

    All steps share the weights; c(0) = s(0) = 0. The arrays `gate_filter`, `gate_splitting` and `gate_bias` hold the
    weights of the input gate in their first half of columns and those of the forget gate in the second. An encoder
    without gates has i = 1 and f = 0. The activation h is soft thresholding unless a subclass says otherwise.

    With the setting `classes` it also holds a linear classifier of its codes, `head` and `head_bias`, which only the
    loss `labelled` reads.
    """

    @classmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        check_count("classes", settings["classes"], 0)

    @classmethod
    def gated(cls, settings: Mapping[str, Any]) -> bool:
        """Whether the unit has gates."""
        return True

    @classmethod
    def shapes(cls, settings: Mapping[str, Any], n_features: int, n_atoms: int) -> dict[str, tuple[int, ...]]:
        shapes: dict[str, tuple[int, ...]] = {"filter": (n_features, n_atoms), "splitting": (n_atoms, n_atoms)}
        if cls.gated(settings):
            shapes |= {"gate_filter": (n_features, 2 * n_atoms), "gate_splitting": (n_atoms, 2 * n_atoms)}
            if settings.get("biases", True):
                shapes["gate_bias"] = (2 * n_atoms,)
        return shapes | cls.activation_shapes(settings, n_atoms) | cls.head_shapes(settings, n_atoms)

    @classmethod
    def head_shapes(cls, settings: Mapping[str, Any], n_atoms: int) -> dict[str, tuple[int, ...]]:
        """Name and shape of the parameters of the classifier; none without classes."""
        count = settings["classes"]
        return {"head": (n_atoms, count), "head_bias": (count,)} if count else {}

    @classmethod
    def activation_shapes(cls, settings: Mapping[str, Any], n_atoms: int) -> dict[str, tuple[int, ...]]:
        """Name and shape of the parameters of h."""
        return {"thresholds": (n_atoms,)}

    def forward(self, signals: Any, tape: Tape, out: Any) -> Any:
        xp, gated = self.xp, self.gated(self.settings)
        filtered = xp.matmul(signals, self.arrays["filter"], out=tape("filtered"))
        gate_filtered = self._gate_filtered(signals, tape) if gated else None
        candidates, cells, states = tape.layers("candidate"), tape.layers("cell", alive=2), tape.layers("state")
        gates = tape.layers("gate", 2 * self.n_atoms)
        for layer in range(self.depth):
            state = states[layer - 1] if layer else None
            self._fed("splitting", filtered, state, candidates[layer])
            cells[layer][...] = candidates[layer]
            if gated:
                self._fed("gate_splitting", gate_filtered, state, gates[layer])
                self._pass_gates(gates[layer], cells[layer], cells[layer - 1] if layer else None)
            self.activate(cells[layer], tape, layer, states[layer] if layer < self.depth - 1 else out)
        return out

    def activate(self, cell: Any, tape: Tape, layer: int, out: Any) -> None:
        """Write h(cell) into `out`.

        Parameters
        ----------
        cell : array, (n_samples, n_atoms)
            Not to be changed.
        tape : Tape
            Keeps what `activate_back` reads.
        layer : int
        out : array, (n_samples, n_atoms)
        """
        self.kernels.soft_threshold(cell, self.arrays["thresholds"], out)

    def activate_back(self, gs: Any, tape: Tape, layer: int, gradient: dict[str, Any]) -> Any:
        """The gradient of the cell from that of the state.

        Parameters
        ----------
        gs : array, (n_samples, n_atoms)
            Gradient of the state, which is used up.
        tape : Tape
        layer : int
        gradient : dict of str to array
            Gradients of h's parameters, to which the layer's share is added.

        Returns
        -------
        array, (n_samples, n_atoms)
        """
        state = tape.layers("state")[layer] if layer < self.depth - 1 else tape("codes")
        gs *= state != 0
        gradient["thresholds"] -= self.xp.sum(gs * self.xp.sign(state), axis=0)
        return gs

    def _gate_filtered(self, signals: Any, tape: Tape) -> Any:
        gate_filtered = self.xp.matmul(signals, self.arrays["gate_filter"], out=tape("gate_filtered", 2 * self.n_atoms))
        if "gate_bias" in self.arrays:
            gate_filtered += self.arrays["gate_bias"]
        return gate_filtered

    def _fed(self, name: str, filtered: Any, state: Any, out: Any) -> None:
        """out = filtered + state W; no state is the state 0."""
        if state is None:
            out[...] = filtered
        else:
            self.xp.matmul(state, self.arrays[name], out=out)
            out += filtered

    def _pass_gates(self, gates: Any, cell: Any, cell_before: Any) -> None:
        """gates = sigmoid(gates), written with tanh, which cannot overflow; cell = i cell + f cell_before."""
        gates *= 0.5
        self.xp.tanh(gates, out=gates)
        gates += 1
        gates *= 0.5
        cell *= gates[:, : self.n_atoms]
        if cell_before is not None:
            cell += gates[:, self.n_atoms :] * cell_before

    def backward(self, signals: Any, tape: Tape, codes_gradient: Any, names: Sequence[str]) -> dict[str, Any]:
        xp, gated = self.xp, self.gated(self.settings)
        candidate_gradients, gate_gradients = (
            tape.layers("candidate_gradient"),
            tape.layers("gate_gradient", 2 * self.n_atoms),
        )
        carried, back = tape("carried"), tape("back")
        carried.fill(0)
        own = self.activation_shapes(self.settings, self.n_atoms)
        gradient = {name: xp.zeros(shape, self.dtype) for name, shape in own.items()}
        gs = codes_gradient
        for layer in reversed(range(self.depth)):
            carried += self.activate_back(gs, tape, layer, gradient)
            candidate_gradients[layer][...] = carried
            if gated:
                self._gates_back(tape, layer, carried, candidate_gradients[layer], gate_gradients[layer])
            else:
                carried.fill(0)
            xp.matmul(candidate_gradients[layer], self.arrays["splitting"].T, out=gs)
            if gated:
                gs += xp.matmul(gate_gradients[layer], self.arrays["gate_splitting"].T, out=back)
        gradient |= self._weights_back("filter", "splitting", signals, tape, candidate_gradients)
        if gated:
            gradient |= self._weights_back("gate_filter", "gate_splitting", signals, tape, gate_gradients)
            gradient["gate_bias"] = xp.sum(stacked(gate_gradients), axis=0)
        return gradient

    def _gates_back(self, tape: Tape, layer: int, carried: Any, candidate_gradient: Any, gate_gradient: Any) -> None:
        """Through c = f c_before + i candidate: `carried`, the gradient of c, becomes that of c_before."""
        n, gates = self.n_atoms, tape.layers("gate", 2 * self.n_atoms)[layer]
        self.xp.multiply(carried, tape.layers("candidate")[layer], out=gate_gradient[:, :n])
        if layer:
            self.xp.multiply(carried, tape.layers("cell")[layer - 1], out=gate_gradient[:, n:])
        else:
            gate_gradient[:, n:] = 0
        gate_gradient *= gates
        gate_gradient *= 1 - gates
        candidate_gradient *= gates[:, :n]
        carried *= gates[:, n:]

    def _weights_back(
        self, filter_name: str, splitting_name: str, signals: Any, tape: Tape, gradients: Any
    ) -> dict[str, Any]:
        splitting = self.xp.zeros_like(self.arrays[splitting_name])
        if self.depth > 1:
            splitting += stacked(tape.layers("state")[:-1]).T @ stacked(gradients[1:])
        return {filter_name: signals.T @ self.xp.sum(gradients, axis=0), splitting_name: splitting}
