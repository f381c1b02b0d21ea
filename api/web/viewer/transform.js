/** The transform of a photo on the stage: its scale, 1 fits, and the shift of its middle in CSS pixels. No DOM. */

export const FIT = { scale: 1, x: 0, y: 0 };

/** The scale at which a photo's pixel is one of the screen; and the largest that there is. */
export function scales(photo, size) {
  const own = photo?.width ? photo.width / (size.width * devicePixelRatio) : 1;
  return { own, most: Math.max(4, own * 2) };
}

/** Scaled by a factor, so that the point stays where it is: x and y from the stage's middle. */
export function zoomed(transform, factor, x, y, most) {
  const scale = Math.min(Math.max(transform.scale * factor, 1), most);
  const real = scale / transform.scale;
  return { scale, x: x - (x - transform.x) * real, y: y - (y - transform.y) * real };
}

/** Shifted no further than to the photo's edge. */
export function bounded({ scale, x, y }, size, stage) {
  const free = (side) => Math.max(0, (size[side] * scale - stage[side]) / 2);
  const within = (value, most) => Math.min(Math.max(value, -most), most);
  return { scale, x: within(x, free("width")), y: within(y, free("height")) };
}
