/** Colour arithmetic for the checks of the tokens; not used at run time. */
export type Rgb = [number, number, number];

export function read(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

const linear = (channel: number) => {
  const c = channel / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
};

export const toLinear = (rgb: Rgb): Rgb => [linear(rgb[0]), linear(rgb[1]), linear(rgb[2])];

/** Contrast of two colours as WCAG 2 defines it. */
export function contrast(a: string, b: string): number {
  const luminance = (hex: string) => {
    const [red, green, blue] = toLinear(read(hex));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [bright, dim] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return ((bright ?? 0) + 0.05) / ((dim ?? 0) + 0.05);
}

export type Sight = 'normal' | 'protan' | 'deutan' | 'tritan';

type Matrix = [Rgb, Rgb, Rgb];

/** Full dichromacy in linear sRGB, after Machado, Oliveira and Fernandes (2009). */
const sights: Record<Sight, Matrix> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const times = (matrix: Matrix, [x, y, z]: Rgb): Rgb => {
  const row = (r: Rgb) => Math.min(1, Math.max(0, r[0] * x + r[1] * y + r[2] * z));
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
};

function oklab([r, g, b]: Rgb): Rgb {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** Distance in OKLab × 100 as somebody with this sight sees it. */
export function distance(a: string, b: string, sight: Sight): number {
  const see = (hex: string) => oklab(times(sights[sight], toLinear(read(hex))));
  const [l1, a1, b1] = see(a);
  const [l2, a2, b2] = see(b);
  return 100 * Math.hypot(l1 - l2, a1 - a2, b1 - b2);
}
