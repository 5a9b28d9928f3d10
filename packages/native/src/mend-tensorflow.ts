export function mendTensorflow(): void {}
