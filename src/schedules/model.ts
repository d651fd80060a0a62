import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { sealedColumn } from '#src/crypto/vault.ts';
import type { Adjustment } from '#src/scheduling/rules.ts';

/** What a practitioner's slots depend on, as numbers that grow: a change of their rules, and of what is booked. */
export interface ScheduleRow extends Model<InferAttributes<ScheduleRow>, InferCreationAttributes<ScheduleRow>> {
  practitionerId: string;
  version: number;
  claims: number;
}

/** Hours of the week. Wall times of their zone; see `src/scheduling/rules.ts`. */
export interface WorkRuleRow extends Model<InferAttributes<WorkRuleRow>, InferCreationAttributes<WorkRuleRow>> {
  id: string;
  practitionerId: string;
  weekday: number;
  startTime: string;
  endTime: string;
  zone: string;
  slotMinutes: number;
  gapMinutes: number;
  capacity: number;
  /** Category of services; null: any. */
  serviceType: string | null;
  validFrom: string | null;
  validUntil: string | null;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

/** A change of one date. Closed hours have no slots, and no times when they are the whole day. */
export interface WorkAdjustmentRow extends Model<InferAttributes<WorkAdjustmentRow>, InferCreationAttributes<WorkAdjustmentRow>> {
  id: string;
  practitionerId: string;
  kind: Adjustment['kind'];
  date: string;
  startTime: string | null;
  endTime: string | null;
  zone: string;
  slotMinutes: number | null;
  gapMinutes: number | null;
  capacity: number | null;
  serviceType: string | null;
  despiteHoliday: boolean;
  note: string | null;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

/** `national`: came from the calendar of a year, and goes with it. */
export type DaySource = 'own' | 'national';

export interface HolidayRow extends Model<InferAttributes<HolidayRow>, InferCreationAttributes<HolidayRow>> {
  id: string;
  name: string;
  fromDate: string;
  untilDate: string;
  source: DaySource;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

/** A day of rest that is worked in return for a holiday (调休), by the hours of another weekday. */
export interface MakeupDayRow extends Model<InferAttributes<MakeupDayRow>, InferCreationAttributes<MakeupDayRow>> {
  id: string;
  name: string;
  date: string;
  asWeekday: number;
  source: DaySource;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export const leaveKinds = ['annual', 'sick', 'training', 'other'] as const;
export const leaveStates = ['requested', 'approved', 'rejected', 'withdrawn'] as const;

export interface LeaveRow extends Model<InferAttributes<LeaveRow>, InferCreationAttributes<LeaveRow>> {
  id: string;
  practitionerId: string;
  kind: (typeof leaveKinds)[number];
  startsAt: Date;
  endsAt: Date;
  /** Why somebody is away may be about their health. */
  reasonSealed: string | null;
  state: (typeof leaveStates)[number];
  decidedBy: CreationOptional<string | null>;
  decidedAt: CreationOptional<Date | null>;
  decisionNote: CreationOptional<string | null>;
  version: number;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export const leaveReason = sealedColumn('leaves', 'reason_sealed');

const key = () => ({ type: DataTypes.STRING(36), primaryKey: true });
const reference = () => DataTypes.STRING(36);
const moment = () => DataTypes.DATE(3);
const hours = () => ({
  startTime: DataTypes.STRING(5),
  endTime: DataTypes.STRING(5),
  zone: DataTypes.STRING(64),
  slotMinutes: DataTypes.INTEGER,
  gapMinutes: DataTypes.INTEGER,
  capacity: DataTypes.INTEGER,
  serviceType: DataTypes.STRING(50),
});
const stamps = () => ({ createdAt: moment(), updatedAt: moment() });

export function defineSchedules(sequelize: Sequelize) {
  return {
    schedules: sequelize.define<ScheduleRow>(
      'schedule',
      { practitionerId: key(), version: DataTypes.INTEGER, claims: DataTypes.INTEGER },
      { tableName: 'schedules', underscored: true, timestamps: false },
    ),
    workRules: sequelize.define<WorkRuleRow>(
      'workRule',
      {
        ...{ id: key(), practitionerId: reference(), weekday: DataTypes.INTEGER, ...hours() },
        ...{ validFrom: DataTypes.STRING(10), validUntil: DataTypes.STRING(10), ...stamps() },
      },
      { tableName: 'work_rules', underscored: true },
    ),
    workAdjustments: sequelize.define<WorkAdjustmentRow>(
      'workAdjustment',
      {
        ...{ id: key(), practitionerId: reference(), kind: DataTypes.STRING(8), date: DataTypes.STRING(10), ...hours() },
        ...{ despiteHoliday: DataTypes.BOOLEAN, note: DataTypes.STRING(200), ...stamps() },
      },
      { tableName: 'work_adjustments', underscored: true },
    ),
    holidays: sequelize.define<HolidayRow>(
      'holiday',
      {
        ...{ id: key(), name: DataTypes.STRING(100), fromDate: DataTypes.STRING(10), untilDate: DataTypes.STRING(10) },
        ...{ source: DataTypes.STRING(8), ...stamps() },
      },
      { tableName: 'holidays', underscored: true },
    ),
    makeupDays: sequelize.define<MakeupDayRow>(
      'makeupDay',
      {
        ...{ id: key(), name: DataTypes.STRING(100), date: DataTypes.STRING(10), asWeekday: DataTypes.INTEGER },
        ...{ source: DataTypes.STRING(8), ...stamps() },
      },
      { tableName: 'makeup_days', underscored: true },
    ),
    leaves: sequelize.define<LeaveRow>(
      'leave',
      {
        ...{ id: key(), practitionerId: reference(), kind: DataTypes.STRING(12), startsAt: moment(), endsAt: moment() },
        ...{ reasonSealed: DataTypes.TEXT, state: DataTypes.STRING(12), decidedBy: reference(), decidedAt: moment() },
        ...{ decisionNote: DataTypes.STRING(300), version: DataTypes.INTEGER, ...stamps() },
      },
      { tableName: 'leaves', underscored: true },
    ),
  };
}
