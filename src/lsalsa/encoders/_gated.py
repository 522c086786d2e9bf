"""The recurrent unit that adaptive ISTA and SLSTM share: two gates and a linear candidate."""

from lsalsa.encoders.base import Encoder, stacked


class GatedEncoder(Encoder):
    """i(t), f(t) = sigmoid(V y + U s(t-1) + b), c(t) = f(t) c(t-1) + i(t) (W_d y + W_e s(t-1)), s(t) = h(c(t)).

    All steps share the weights; c(0) = s(0) = 0. The arrays `gate_filter`, `gate_splitting` and `gate_bias` hold the
    weights of the input gate in their first half of columns and those of the forget gate in the second. An encoder
    without gates has i = 1 and f = 0. The activation h is soft thresholding unless a subclass says otherwise.
    """

    @classmethod
    def gated(cls, settings):
        """Whether the unit has gates."""
        return True

    @classmethod
    def shapes(cls, settings, n_features, n_atoms):
        shapes: dict[str, tuple[int, ...]] = {"filter": (n_features, n_atoms), "splitting": (n_atoms, n_atoms)}
        if cls.gated(settings):
            shapes |= {"gate_filter": (n_features, 2 * n_atoms), "gate_splitting": (n_atoms, 2 * n_atoms)}
            if settings.get("biases", True):
                shapes["gate_bias"] = (2 * n_atoms,)
        return shapes | cls.activation_shapes(settings, n_atoms)

    @classmethod
    def activation_shapes(cls, settings, n_atoms):
        """Name and shape of the parameters of h."""
        return {"thresholds": (n_atoms,)}

    def forward(self, signals, tape, out):
        xp, gated = self.xp, self.gated(self.settings)
        fit = xp.matmul(signals, self.arrays["filter"], out=tape("fit"))
        gate_fit = self._gate_fit(signals, tape) if gated else None
        candidates, cells, states = tape.layers("candidate"), tape.layers("cell", alive=2), tape.layers("state")
        gates = tape.layers("gate", 2 * self.n_atoms)
        for layer in range(self.depth):
            state = states[layer - 1] if layer else None
            self._fed("splitting", fit, state, candidates[layer])
            cells[layer][...] = candidates[layer]
            if gated:
                self._fed("gate_splitting", gate_fit, state, gates[layer])
                self._pass_gates(gates[layer], cells[layer], cells[layer - 1] if layer else None)
            self.activate(cells[layer], tape, layer, states[layer] if layer < self.depth - 1 else out)
        return out

    def activate(self, cell, tape, layer, out):
        """out = h(cell)."""
        self.kernels.shrink(cell, self.arrays["thresholds"], out)

    def activate_back(self, gs, tape, layer, gradient):
        """The slope of the cell from that of the state (which is used up); adds to the gradients of h's parameters."""
        state = tape.layers("state")[layer] if layer < self.depth - 1 else tape("codes")
        gs *= state != 0
        gradient["thresholds"] -= self.xp.sum(gs * self.xp.sign(state), axis=0)
        return gs

    def _gate_fit(self, signals, tape):
        gate_fit = self.xp.matmul(signals, self.arrays["gate_filter"], out=tape("gate_fit", 2 * self.n_atoms))
        if "gate_bias" in self.arrays:
            gate_fit += self.arrays["gate_bias"]
        return gate_fit

    def _fed(self, name, fit, state, out):
        """out = fit + state W; no state is the state 0."""
        if state is None:
            out[...] = fit
        else:
            self.xp.matmul(state, self.arrays[name], out=out)
            out += fit

    def _pass_gates(self, gates, cell, cell_before):
        """gates = sigmoid(gates), written with tanh, which cannot overflow; cell = i cell + f cell_before."""
        gates *= 0.5
        self.xp.tanh(gates, out=gates)
        gates += 1
        gates *= 0.5
        cell *= gates[:, : self.n_atoms]
        if cell_before is not None:
            cell += gates[:, self.n_atoms :] * cell_before

    def backward(self, signals, tape, codes_gradient, names):
        xp, gated = self.xp, self.gated(self.settings)
        candidate_slopes, gate_slopes = tape.layers("candidate_slope"), tape.layers("gate_slope", 2 * self.n_atoms)
        carried, back = tape("carried"), tape("back")
        carried.fill(0)
        own = self.activation_shapes(self.settings, self.n_atoms)
        gradient = {name: xp.zeros(shape, self.dtype) for name, shape in own.items()}
        gs = codes_gradient
        for layer in reversed(range(self.depth)):
            carried += self.activate_back(gs, tape, layer, gradient)
            candidate_slopes[layer][...] = carried
            if gated:
                self._gates_back(tape, layer, carried, candidate_slopes[layer], gate_slopes[layer])
            else:
                carried.fill(0)
            xp.matmul(candidate_slopes[layer], self.arrays["splitting"].T, out=gs)
            if gated:
                gs += xp.matmul(gate_slopes[layer], self.arrays["gate_splitting"].T, out=back)
        gradient |= self._weights_back("filter", "splitting", signals, tape, candidate_slopes)
        if gated:
            gradient |= self._weights_back("gate_filter", "gate_splitting", signals, tape, gate_slopes)
            gradient["gate_bias"] = xp.sum(stacked(gate_slopes), axis=0)
        return gradient

    def _gates_back(self, tape, layer, carried, candidate_slope, gate_slope):
        """Through c = f c_before + i candidate: `carried`, the slope of c, becomes that of c_before."""
        n, gates = self.n_atoms, tape.layers("gate", 2 * self.n_atoms)[layer]
        self.xp.multiply(carried, tape.layers("candidate")[layer], out=gate_slope[:, :n])
        if layer:
            self.xp.multiply(carried, tape.layers("cell")[layer - 1], out=gate_slope[:, n:])
        else:
            gate_slope[:, n:] = 0
        gate_slope *= gates
        gate_slope *= 1 - gates
        candidate_slope *= gates[:, :n]
        carried *= gates[:, n:]

    def _weights_back(self, filter_name, splitting_name, signals, tape, slopes):
        splitting = self.xp.zeros_like(self.arrays[splitting_name])
        if self.depth > 1:
            splitting += stacked(tape.layers("state")[:-1]).T @ stacked(slopes[1:])
        return {filter_name: signals.T @ self.xp.sum(slopes, axis=0), splitting_name: splitting}
