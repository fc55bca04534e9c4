"""Heads of cats and dogs, as limbs around the head's own centre, nose towards z."""

from __future__ import annotations

from core.demo.skeletons import Species
from core.demo.solids import Joint, Limb

CAT_SKULL = (
    Limb("head", ((-0.24, 0.03, -0.05, 0.8), (0.24, 0.03, -0.05, 0.8))),
    Limb("head", ((0, -0.05, 0.1, 0.82),)),
    Limb("head", ((0, 0.15, 0.62, 0.3), (0, -0.12, 0.82, 0.2))),
    Limb("muzzle", ((0, -0.58, 0.62, 0.24),)),
)
CAT_SIDES = (
    Limb("head", ((0.5, -0.28, 0.2, 0.46),)),
    Limb("muzzle", ((0.17, -0.36, 0.8, 0.25),)),
)
DOG_SKULL = (
    Limb("head", ((-0.14, 0.14, -0.1, 0.8), (0.14, 0.14, -0.1, 0.8))),
    Limb("head", ((0, -0.2, 0.1, 0.68),)),
)
DOG_SIDES = (
    Limb("head", ((0.34, -0.22, 0.15, 0.46),)),
    Limb("head", ((0.3, 0.3, 0.56, 0.2),)),
)
# Ears: several chains side by side make a flat shape.
EARS: dict[str, tuple[tuple[Joint, ...], ...]] = {
    "cat": (
        ((0.86, 0.32, 0, 0.15), (0.84, 0.8, 0, 0.11), (0.76, 1.32, 0.05, 0.04)),
        ((0.58, 0.55, 0.02, 0.18), (0.68, 0.9, 0.02, 0.13), (0.76, 1.32, 0.05, 0.04)),
        ((0.28, 0.72, 0.02, 0.15), (0.5, 1.02, 0.02, 0.11), (0.76, 1.32, 0.05, 0.04)),
    ),
    "floppy": (
        ((0.58, 0.72, -0.05, 0.2), (0.92, 0.5, 0, 0.22), (1.06, 0, 0.12, 0.22), (1.04, -0.5, 0.2, 0.2),
         (0.98, -0.8, 0.24, 0.12)),
        ((0.6, 0.6, -0.2, 0.18), (0.9, 0.3, -0.22, 0.2), (1.0, -0.15, -0.12, 0.2), (1.0, -0.55, 0.0, 0.16)),
    ),
    "long": (
        ((0.6, 0.6, -0.05, 0.2), (0.92, 0.25, 0, 0.25), (1.05, -0.35, 0.1, 0.27), (1.06, -0.95, 0.16, 0.25),
         (1.0, -1.3, 0.18, 0.15)),
        ((0.6, 0.5, -0.2, 0.18), (0.9, 0.1, -0.22, 0.22), (1.0, -0.45, -0.14, 0.24), (1.0, -0.95, -0.05, 0.2)),
    ),
    "pricked": (
        ((0.78, 0.5, -0.1, 0.15), (0.82, 1.0, -0.08, 0.13), (0.74, 1.6, -0.05, 0.05)),
        ((0.52, 0.66, -0.08, 0.18), (0.62, 1.1, -0.08, 0.15), (0.74, 1.6, -0.05, 0.05)),
        ((0.28, 0.8, -0.1, 0.14), (0.46, 1.15, -0.08, 0.12), (0.74, 1.6, -0.05, 0.05)),
    ),
    "tipped": (
        ((0.46, 0.7, -0.1, 0.22), (0.66, 1.05, -0.05, 0.17), (0.84, 1.12, 0.15, 0.16), (0.92, 0.78, 0.36, 0.08)),
        ((0.7, 0.55, -0.1, 0.2), (0.86, 0.95, -0.02, 0.15), (0.95, 1.0, 0.18, 0.13), (0.94, 0.75, 0.36, 0.07)),
    ),
}
MUZZLES = {"short": 0.82, "medium": 1.08, "long": 1.36}


def head(species: Species, ears: str, muzzle: str) -> list[Limb]:
    """The limbs of a head; `ears` names one of EARS and `muzzle` one of MUZZLES (a cat has its own)."""
    middle, sides = (CAT_SKULL, CAT_SIDES) if species == "cat" else (DOG_SKULL, DOG_SIDES)
    limbs = [*middle, *sides, *(Limb("ear", joints) for joints in EARS["cat" if species == "cat" else ears])]
    if species == "dog":
        limbs += _snout(MUZZLES[muzzle])
    return limbs + [limb.mirrored() for limb in limbs if limb.joints[0][0] > 0.0]


def _snout(reach: float) -> list[Limb]:
    """A dog's muzzle that ends `reach` in front of the head's centre: the bridge, the jowls and the jaw."""
    return [
        Limb("muzzle", ((0, -0.1, 0.55, 0.36), (0, -0.36, reach, 0.28))),
        Limb("muzzle", ((0.13, -0.34, 0.55, 0.36), (0.13, -0.52, reach, 0.24))),
        Limb("muzzle", ((0, -0.6, 0.45, 0.28), (0, -0.74, reach - 0.15, 0.18))),
    ]
