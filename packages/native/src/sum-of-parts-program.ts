import type { WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu'

/** Numbers of the result to a workgroup, and threads that share the parts of each. */
const WIDE = 16
const SHARING = 16

/**
 * Sums rows: `result[i] = Σ_p parts[p, i]`, always in the same order, so that the same numbers come out each time, which
 * atomic additions do not promise.
 */
export function sumOfPartsProgram(outputShape: readonly number[]): WebGPUProgram {
  const size = outputShape.reduce((product, length) => product * length, 1)
  const groups = Math.ceil(size / WIDE)
  // A filter may be larger than one dimension of a dispatch can be.
  const across = Math.min(groups, 32_768)
  return {
    variableNames: ['parts'],
    outputShape: [...outputShape],
    uniforms: 'count : i32, length : i32,',
    workgroupSize: [WIDE, SHARING, 1],
    dispatchLayout: { x: [0], y: [1], z: [2] },
    dispatch: [across, Math.ceil(groups / across), 1],
    shaderKey: 'ggSumOfParts',
    getUserCode: () => `
    var<workgroup> sums : array<array<f32, ${WIDE}>, ${SHARING}>;

    fn main() {
      let place = i32(workgroupId.y * numWorkgroups.x + workgroupId.x) * ${WIDE} + i32(localId.x);
      var sum = 0.0;
      if (place < uniforms.length) {
        for (var part = i32(localId.y); part < uniforms.count; part += ${SHARING}) {
          sum += parts[part * uniforms.length + place];
        }
      }
      sums[localId.y][localId.x] = sum;
      workgroupBarrier();
      if (localId.y == 0 && place < uniforms.length) {
        for (var i = 1; i < ${SHARING}; i++) { sum += sums[i][localId.x]; }
        result[place] = sum;
      }
    }
  `,
  }
}
