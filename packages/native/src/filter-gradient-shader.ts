/** What one workgroup computes of a product of matrices, and how. */
export interface Tile {
  /** Threads along the rows and the columns; {@link THREADS} in all. */
  readonly threads: readonly [number, number]
  /** Blocks of 4 × 4 numbers that a thread keeps in registers, along the rows and the columns. */
  readonly blocks: readonly [number, number]
}

export const THREADS = 64
/** Pixels that a workgroup brings to its memory at once. */
export const DEPTH = 16

/** The code of {@link filterGradientProgram}; the uniforms are named there, and `x`, `dy`, `result` are tfjs' names. */
export function filterGradientShader({ threads, blocks }: Tile, wideRows: boolean, wideColumns: boolean): string {
  const [high, wide] = [threads[0] * blocks[0], threads[1] * blocks[1]]
  const sums = times(blocks[0], (i) => times(blocks[1], (j) => times(4, (k) => sumOf(threads, i, j, k)))).flat(2)
  return `
    const HIGH = ${high};
    const WIDE = ${wide};
    const DEPTH = ${DEPTH};
    // Four numbers of each matrix, by pixel.
    var<workgroup> xs : array<array<vec4<f32>, HIGH>, DEPTH>;
    var<workgroup> dys : array<array<vec4<f32>, WIDE>, DEPTH>;
    // For each of the pixels, where its window begins: row, column, and place in x.
    var<workgroup> corners : array<vec3<i32>, DEPTH>;

    fn cornerOf(pixel : i32, end : i32) -> vec3<i32> {
      if (pixel >= end) { return vec3<i32>(-(1 << 29), 0, 0); }
      let column = pixel % uniforms.dyShape.z;
      let line = pixel / uniforms.dyShape.z;
      let corner = vec2<i32>(line % uniforms.dyShape.y, column) * uniforms.strides - uniforms.pads;
      let image = line / uniforms.dyShape.y;
      let place = ((image * uniforms.xShape.y + corner.x) * uniforms.xShape.z + corner.y) * uniforms.xShape.w;
      return vec3<i32>(corner, place);
    }

    // Where in a window a number of the filter lies, in the same form.
    fn withinWindow(row : i32) -> vec3<i32> {
      if (row >= uniforms.rows) { return vec3<i32>(1 << 28, 0, 0); }
      let channels = uniforms.xShape.w;
      let at = row / channels;
      let place = vec2<i32>(at / uniforms.filterWidth, at % uniforms.filterWidth);
      return vec3<i32>(place, (place.x * uniforms.xShape.z + place.y) * channels + row % channels);
    }

    fn readX(corner : vec3<i32>, within : vec3<i32>) -> ${wideRows ? 'vec4<f32>' : 'f32'} {
      let at = corner + within;
      if (any(at.xy < vec2<i32>(0)) || any(at.xy >= uniforms.xShape.yz)) { return ${wideRows ? 'vec4<f32>(0.0)' : '0.0'}; }
      return x[at.z${wideRows ? ' / 4' : ''}];
    }

    fn readDy(pixel : i32, end : i32, column : i32) -> vec4<f32> {
      let columns = uniforms.dyShape.w;
      if (pixel >= end || column >= columns) { return vec4<f32>(0.0); }
      let place = pixel * columns + column;
      ${
        wideColumns
          ? 'return dy[place / 4];'
          : `var four = vec4<f32>(dy[place], 0.0, 0.0, 0.0);
      if (column + 1 < columns) { four.y = dy[place + 1]; }
      if (column + 2 < columns) { four.z = dy[place + 2]; }
      if (column + 3 < columns) { four.w = dy[place + 3]; }
      return four;`
      }
    }

    fn write(part : i32, row : i32, column : i32, sum : vec4<f32>) {
      let columns = uniforms.dyShape.w;
      if (row >= uniforms.rows || column >= columns) { return; }
      let place = (part * uniforms.rows + row) * columns + column;
      ${
        wideColumns
          ? 'result[place / 4] = sum;'
          : `result[place] = sum.x;
      if (column + 1 < columns) { result[place + 1] = sum.y; }
      if (column + 2 < columns) { result[place + 2] = sum.z; }
      if (column + 3 < columns) { result[place + 3] = sum.w; }`
      }
    }

    fn main() {
      let thread = i32(localIndex);
      let part = i32(workgroupId.z);
      let corner = 4 * vec2<i32>(i32(workgroupId.y) * HIGH, i32(workgroupId.x) * WIDE);
      let begin = part * uniforms.slices * DEPTH;
      let end = min(begin + uniforms.slices * DEPTH, uniforms.inner);
      let row = thread / ${threads[1]};
      let column = thread % ${threads[1]};
      let high = thread % HIGH;
      ${times(wideRows ? 1 : 4, (k) => `let within${k} = withinWindow(corner.x + 4 * high + ${k});`).join('\n      ')}
      ${sums.map(({ name }) => `var ${name} = vec4<f32>(0.0);`).join('\n      ')}

      if (thread < DEPTH) { corners[thread] = cornerOf(begin + thread, end); }
      workgroupBarrier();
      for (var slice = 0; slice < uniforms.slices; slice++) {
        let pixel = begin + slice * DEPTH;
        for (var i = thread / HIGH; i < DEPTH; i += ${THREADS / high}) {
          ${
            wideRows
              ? 'xs[i][high] = readX(corners[i], within0);'
              : `xs[i][high] = vec4<f32>(${times(4, (k) => `readX(corners[i], within${k})`).join(', ')});`
          }
        }
        for (var i = thread / WIDE; i < DEPTH; i += ${THREADS / wide}) {
          dys[i][thread % WIDE] = readDy(pixel + i, end, corner.y + 4 * (thread % WIDE));
        }
        workgroupBarrier();
        // The corners of this slice have been read by all.
        if (thread < DEPTH) { corners[thread] = cornerOf(pixel + DEPTH + thread, end); }
        for (var i = 0; i < DEPTH; i++) {
          ${times(blocks[0], (i) => `let x${i} = xs[i][row + ${i * threads[0]}];`).join('\n          ')}
          ${times(blocks[1], (j) => `let dy${j} = dys[i][column + ${j * threads[1]}];`).join('\n          ')}
          ${sums.map(({ name, addend }) => `${name} += ${addend};`).join('\n          ')}
        }
        workgroupBarrier();
      }

      ${sums.map(({ name, row, column }) => `write(part, ${row}, ${column}, ${name});`).join('\n      ')}
    }
  `
}

/** Four numbers of the result that a thread sums in a register: what is added for each pixel, and where they go. */
function sumOf(
  [tall, broad]: Tile['threads'],
  i: number,
  j: number,
  k: number,
): { readonly [part in 'name' | 'addend' | 'row' | 'column']: string } {
  return {
    name: `sum_${i}_${j}_${k}`,
    addend: `x${i}.${'xyzw'[k]} * dy${j}`,
    row: `corner.x + 4 * (row + ${i * tall}) + ${k}`,
    column: `corner.y + 4 * (column + ${j * broad})`,
  }
}

function times<T>(count: number, make: (i: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, i) => make(i))
}
