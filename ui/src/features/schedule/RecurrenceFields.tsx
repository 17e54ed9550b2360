import { Autocomplete, Checkbox, NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { scheduleText as t } from '@/text/schedule';
import { type Choice, type Every, everies, patternOf, weekOrder } from './cron';
import { type Errors, type Form, zones } from './form';
import classes from './Schedule.module.css';

interface RecurrenceFieldsProps {
  form: Form;
  errors: Errors;
  onChange: (patch: Partial<Form>) => void;
}

const two = (n: number) => (Number.isInteger(n) ? String(n).padStart(2, '0') : '');

/** When a window opens again and again, and for how long. */
export function RecurrenceFields({ form, errors, onChange }: RecurrenceFieldsProps) {
  const { choice } = form;
  const choose = (patch: Partial<Choice>) => onChange({ choice: { ...choice, ...patch } });
  const cronError = errors['/recurs/cron'];
  return (
    <>
      <div className={classes.fields}>
        <NativeSelect
          size="xs"
          label={t.everyLabel}
          value={choice.every}
          data={everies.map((value) => ({ value, label: t.everies[value] }))}
          onChange={(event) => {
            const every = event.currentTarget.value as Every;
            // An own pattern begins with the one that was chosen.
            choose(every === 'own' ? { every, cron: patternOf(choice) } : { every });
          }}
        />
        {choice.every === 'year' && (
          <NativeSelect
            size="xs"
            label={t.monthLabel}
            value={String(choice.month)}
            data={t.months.map((label, index) => ({ value: String(index + 1), label }))}
            onChange={(event) => choose({ month: Number(event.currentTarget.value) })}
          />
        )}
        {(choice.every === 'month' || choice.every === 'year') && (
          <NumberInput
            size="xs"
            label={t.dayLabel}
            min={1}
            max={31}
            allowDecimal={false}
            clampBehavior="strict"
            value={choice.day}
            description={choice.every === 'month' && choice.day > 28 ? t.shortMonths : undefined}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            error={cronError}
            onChange={(value) => choose({ day: Math.max(1, Number(value)) })}
          />
        )}
        {choice.every === 'own' ? (
          <TextInput
            size="xs"
            className={classes.mono}
            label={t.cronLabel}
            value={choice.cron}
            description={t.cronHelp}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            error={cronError}
            onChange={(event) => choose({ cron: event.currentTarget.value })}
          />
        ) : (
          <TextInput
            size="xs"
            type="time"
            label={t.timeLabel}
            value={two(choice.hour) && `${two(choice.hour)}:${two(choice.minute)}`}
            error={choice.every === 'day' || choice.every === 'weekdays' ? cronError : undefined}
            onChange={(event) => {
              const [hour, minute] = event.currentTarget.value.split(':');
              choose({
                hour: hour ? Number(hour) : Number.NaN,
                minute: minute ? Number(minute) : Number.NaN,
              });
            }}
          />
        )}
        <ZoneField
          value={form.zone}
          error={errors['/recurs/time_zone']}
          onChange={(zone) => onChange({ zone })}
        />
      </div>
      {choice.every === 'week' && (
        <Checkbox.Group
          label={t.daysLabel}
          value={choice.days.map(String)}
          error={cronError}
          onChange={(days) => choose({ days: days.map(Number) })}
        >
          <div className={classes.choices}>
            {weekOrder.map((day) => (
              <Checkbox key={day} value={String(day)} label={t.weekdayNames[day]} />
            ))}
          </div>
        </Checkbox.Group>
      )}
      <div className={classes.fields}>
        <NumberInput
          size="xs"
          label={`${t.lengthLabel}: ${t.hoursLabel.toLowerCase()}`}
          min={0}
          max={8784}
          value={form.hours}
          error={errors['/recurs/seconds']}
          onChange={(value) => onChange({ hours: Number(value) })}
        />
        <NumberInput
          size="xs"
          label={t.minutesLabel}
          min={0}
          max={59}
          value={form.minutes}
          onChange={(value) => onChange({ minutes: Number(value) })}
        />
      </div>
    </>
  );
}

interface ZoneFieldProps {
  value: string;
  error: string | undefined;
  onChange: (zone: string) => void;
}

function ZoneField({ value, error, onChange }: ZoneFieldProps) {
  const all = useMemo(zones, []);
  return (
    <Autocomplete
      size="xs"
      label={t.zoneLabel}
      value={value}
      data={all}
      limit={30}
      selectFirstOptionOnChange
      error={error}
      description={t.zoneHelp}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      onChange={onChange}
    />
  );
}
