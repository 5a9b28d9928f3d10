import { parseTrainConfig } from '../config/train-config.ts'
import { DATASETS, type DatasetName } from '../names/datasets.ts'
import { TrainingError } from '../training-error.ts'
import { type Finding, reasonOf } from './finding.ts'

/** Reads every data set whose files are here, to see that they are whole. Downloads nothing. */
export async function checkDatasets(dataDir: string | null): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const name of Object.keys(DATASETS) as readonly DatasetName[]) findings.push(await checkDataset(name, dataDir))
  return findings
}

async function checkDataset(name: DatasetName, dataDir: string | null): Promise<Finding> {
  try {
    const { imageSize } = parseTrainConfig({})
    const { train, test } = await DATASETS[name].load({ dataDir, limit: null, imageSize, download: false })
    const counts = `${train.size.toLocaleString('en-US')} images to learn from, ${test.size.toLocaleString('en-US')} to test`
    return { name, state: 'ok', detail: `${counts}, ${train.shape.join('x')}, ${train.classNames.length} classes` }
  } catch (error) {
    const missing = error instanceof TrainingError && error.code === 'DATA_MISSING'
    if (name === 'folder') return { name, state: 'missing', detail: 'pictures of your own', remedy: FOLDER }
    if (!missing)
      return { name, state: 'broken', detail: reasonOf(error), remedy: `gg train --data ${name} --download` }
    const where = /got (.+?) without it/.exec(error.message)?.[1]
    const detail = where === undefined ? 'its files are not here' : `not in ${where}`
    return { name, state: 'missing', detail, remedy: `gg train --data ${name} --download` }
  }
}

const FOLDER = 'put them into train/<class>/ and test/<class>/, then gg train --data folder --data-dir <folder>'
