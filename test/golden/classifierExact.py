"""How far fastai's float32 numbers of `classifier_unpadded.train_mode` are from the same step in float64.

Batch norm over three nearly equal rows divides by a tiny variance, which magnifies rounding. This prints, for each
gradient, its largest element, fastai's distance from float64 and PyTorch's own float32 distance from float64.
Needs any recent PyTorch: python classifierExact.py
"""

import json
from pathlib import Path

import torch

g = json.loads((Path(__file__).parent / "fastai-golden.json").read_text())["classifier_unpadded"]


def run(dt):
    W = {k: torch.tensor(v, dtype=dt) for k, v in g["weights"].items()}
    for k, v in g["train_mode"]["head_weights"].items():
        W[k] = torch.tensor(v, dtype=dt)
    P = {k: v.clone().requires_grad_(True) for k, v in W.items()}
    x = torch.tensor(g["x"])
    y = torch.tensor(g["y"])
    bptt = 4
    outs = []
    hid = [(5), (5), (4)]
    st = [(torch.zeros(3, h, dtype=dt), torch.zeros(3, h, dtype=dt)) for h in hid]
    for i in range(0, 13, bptt):
        xc = x[:, i : i + bptt]
        inp = torch.nn.functional.embedding(xc, P["0.module.encoder.weight"], padding_idx=1)
        for l in range(3):
            h, c = st[l]
            os = []
            for t in range(xc.shape[1]):
                gt = (
                    inp[:, t] @ P[f"0.module.rnns.{l}.module.weight_ih_l0"].T
                    + P[f"0.module.rnns.{l}.module.bias_ih_l0"]
                    + h @ P[f"0.module.rnns.{l}.weight_hh_l0_raw"].T
                    + P[f"0.module.rnns.{l}.module.bias_hh_l0"]
                )
                a, f, gg, o = gt.chunk(4, 1)
                c = f.sigmoid() * c + a.sigmoid() * gg.tanh()
                h = o.sigmoid() * c.tanh()
                os.append(h)
            st[l] = (h.detach(), c.detach())
            inp = torch.stack(os, 1)
        outs.append(inp)
    o = torch.cat(outs, 1)
    pooled = torch.cat([o[:, -1], o.max(1).values, o.mean(1)], 1)
    F = torch.nn.functional
    z = F.batch_norm(pooled, None, None, P["1.layers.0.weight"], P["1.layers.0.bias"], True)
    z = F.relu(z @ P["1.layers.1.weight"].T + P["1.layers.1.bias"])
    z = F.batch_norm(z, None, None, P["1.layers.3.weight"], P["1.layers.3.bias"], True)
    z = z @ P["1.layers.4.weight"].T + P["1.layers.4.bias"]
    loss = F.cross_entropy(z, y) + 2 * o.pow(2).mean() + (o[:, 1:] - o[:, :-1]).pow(2).mean()
    loss.backward()
    return z, {k: P[k].grad for k in g["train_mode"]["grads"]}


z64, g64 = run(torch.float64)
z32, g32 = run(torch.float32)
zr = torch.tensor(g["train_mode"]["logits"], dtype=torch.float64)
print(
    "logits fastai vs exact",
    (zr - z64).abs().max().item(),
    "torch215 f32 vs exact",
    (z32.double() - z64).abs().max().item(),
)
print("exact", z64[0], z64[2])
for k in g64:
    r = torch.tensor(g["train_mode"]["grads"][k], dtype=torch.float64)
    print(
        k,
        "max",
        r.abs().max().item(),
        "fastai err",
        (r - g64[k]).abs().max().item(),
        "f32 err",
        (g32[k].double() - g64[k]).abs().max().item(),
        "viol",
        ((r - g64[k]).abs() > 1e-5 + 1e-4 * g64[k].abs()).sum().item(),
    )
