"""From a picture's primaries to the colours of profiles, which are XYZ and Lab beside D50. Pure.

Sources: ICC.1:2022, 6.3.1 and annex E (Bradford's adaptation); CIE 15 (Lab).
"""

from catalog.presentation.colours import Chromaticities

Vector = tuple[float, float, float]
Matrix = tuple[Vector, Vector, Vector]

D50: Vector = (0.9642, 1.0, 0.8249)
BRADFORD: Matrix = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
EPSILON, KAPPA = 216 / 24389, 24389 / 27


def to_d50(chromaticities: Chromaticities) -> Matrix:
    """What makes linear red, green and blue, 0 to 1, XYZ beside D50: rows of X, Y and Z."""
    white, *primaries = (_xyz(*each) for each in chromaticities)
    columns = transposed((primaries[0], primaries[1], primaries[2]))
    scale = times(inverted(columns), white)
    own: Matrix = transposed(
        (_scaled(primaries[0], scale[0]), _scaled(primaries[1], scale[1]), _scaled(primaries[2], scale[2]))
    )
    return product(_adapted(white), own)


def luminance(chromaticities: Chromaticities) -> Vector:
    """How much of the luminance of white red, green and blue are."""
    white, *primaries = (_xyz(*each) for each in chromaticities)
    scale = times(inverted(transposed((primaries[0], primaries[1], primaries[2]))), white)
    return scale[0] * primaries[0][1], scale[1] * primaries[1][1], scale[2] * primaries[2][1]


def lab(xyz: Vector) -> Vector:
    """XYZ beside D50 as Lab."""
    x, y, z = (
        (part / white) ** (1 / 3) if part > EPSILON * white else (KAPPA * part / white + 16) / 116
        for part, white in zip(xyz, D50, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def times(matrix: Matrix, vector: Vector) -> Vector:
    """The product of both."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    x, y, z = vector
    return a * x + b * y + c * z, d * x + e * y + f * z, g * x + h * y + i * z


def product(one: Matrix, other: Matrix) -> Matrix:
    """What does first the other, then the one."""
    first, second, third = transposed(other)
    return transposed((times(one, first), times(one, second), times(one, third)))


def transposed(matrix: Matrix) -> Matrix:
    """Rows as columns."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    return (a, d, g), (b, e, h), (c, f, i)


def inverted(matrix: Matrix) -> Matrix:
    """What undoes the matrix.

    Raises:
        ZeroDivisionError: nothing does.
    """
    (a, b, c), (d, e, f), (g, h, i) = matrix
    rows = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    determinant = a * rows[0][0] + b * rows[1][0] + c * rows[2][0]
    first, second, third = (_scaled(row, 1 / determinant) for row in rows)
    return first, second, third


def _adapted(white: Vector) -> Matrix:
    """What brings XYZ from beside one white to beside D50."""
    own, wanted = times(BRADFORD, white), times(BRADFORD, D50)
    x, y, z = (there / here for there, here in zip(wanted, own, strict=True))
    return product(inverted(BRADFORD), product(((x, 0, 0), (0, y, 0), (0, 0, z)), BRADFORD))


def _scaled(vector: Vector, by: float) -> Vector:
    return vector[0] * by, vector[1] * by, vector[2] * by


def _xyz(x: float, y: float) -> Vector:
    """A colour of luminance 1; of blue of the primaries XYZ, which has none, its direction."""
    return (x / y, 1.0, (1 - x - y) / y) if y else (x, y, 1 - x - y)
