import type { ChannelStatistics } from './channel-statistics.ts'

/**
 * Mean and standard deviation of each channel of the well-known training sets, of values in [0, 1], as they are published
 * and used: give one to `toTensors`. `channelStatistics` computes them for any other set.
 *
 * MNIST, Fashion-MNIST, CIFAR-10 and CIFAR-100 are the population statistics of the training pixels to four digits;
 * this package's tests compute those of MNIST and CIFAR-10 again. SVHN's are those of the training split without the
 * extra images. ImageNet's are the three digits that PyTorch's model zoo was trained with. Some code for CIFAR-10 divides by
 * 0.2023, 0.1994, 0.2010, the mean of the deviations of single images; these are the deviations of all pixels.
 *
 * @example
 * ```ts
 * import { normalization } from '@gg/data'
 *
 * console.log(normalization.cifar10.mean.join(' ')) // 0.4914 0.4822 0.4465
 * ```
 */
export const normalization: {
  readonly mnist: ChannelStatistics
  readonly fashionMnist: ChannelStatistics
  readonly cifar10: ChannelStatistics
  readonly cifar100: ChannelStatistics
  readonly svhn: ChannelStatistics
  readonly imagenet: ChannelStatistics
} = {
  mnist: { mean: [0.1307], std: [0.3081] },
  fashionMnist: { mean: [0.286], std: [0.353] },
  cifar10: { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] },
  cifar100: { mean: [0.5071, 0.4865, 0.4409], std: [0.2673, 0.2564, 0.2762] },
  svhn: { mean: [0.4377, 0.4438, 0.4728], std: [0.198, 0.201, 0.197] },
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
}
