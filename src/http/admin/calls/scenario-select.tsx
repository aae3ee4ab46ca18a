import { testScenarios } from '../../../providers/simulator.ts'

/** What the simulator plays in a test call. */
export const ScenarioSelect = () => (
  <select name="scenario">
    {Object.entries(testScenarios).map(([scenario, title]) => (
      <option key={scenario} value={scenario}>
        {title}
      </option>
    ))}
  </select>
)
