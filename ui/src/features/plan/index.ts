export { type PlanRequest, type PlanResult, usePlan } from './PlanContext';
