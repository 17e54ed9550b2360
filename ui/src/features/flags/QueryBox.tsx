import { ActionIcon, Button, Combobox, Menu, TextInput, useCombobox } from '@mantine/core';
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { Icon } from '@/components/Icon';
import { useKeys } from '@/components/keys';
import { useStable } from '@/components/useStable';
import { flagsText } from '@/text/flags';
import classes from './Flags.module.css';
import { complete, filterKeys, nearestKey, parseQuery, unknownKeys, without, writeTerm } from './query';
import { type Known, suggest } from './suggestions';

interface QueryBoxProps {
  value: string;
  known: Known;
  matches: number | undefined;
  onChange: (value: string) => void;
}

/** The query is text; suggestions, chips and menus only write into it. */
export const QueryBox = memo(function QueryBox({ value, known, matches, onChange }: QueryBoxProps) {
  const [text, setText] = useState(value);
  const [caret, setCaret] = useState(value.length);
  const input = useRef<HTMLInputElement>(null);
  /** What was sent and is not in the address yet, after what is. */
  const sent = useRef([value]);
  const options = useMemo(() => suggest(text, caret, known), [text, caret, known]);
  const store = useCombobox({ onDropdownClose: () => store.resetSelectedOption() });
  // An empty list is not opened: where it would be is measured with each letter.
  const combobox = { ...store, dropdownOpened: store.dropdownOpened && options.length > 0 };

  useEffect(() => {
    const arrived = sent.current.indexOf(value);
    if (arrived !== -1) {
      sent.current = sent.current.slice(arrived);
      return;
    }
    // Written elsewhere: Back, a view, a link.
    sent.current = [value];
    setText(value);
    setCaret(value.length);
  }, [value]);

  const send = (next: string) => {
    const query = next.trim();
    if (query === sent.current.at(-1)) return;
    sent.current.push(query);
    onChange(query);
  };

  const write = (next: string, at = next.length) => {
    setText(next);
    setCaret(at);
    send(next);
    window.requestAnimationFrame(() => input.current?.setSelectionRange(at, at));
  };

  const pick = useStable((key: string) => {
    write(text.trim() === '' ? `${key}:` : `${text.trim()} ${key}:`);
    window.setTimeout(() => {
      input.current?.focus();
      combobox.openDropdown();
    }, 50);
  });

  useKeys({
    '/': () => {
      input.current?.focus();
      input.current?.select();
    },
  });

  const terms = parseQuery(text);
  const unknown = unknownKeys(text)[0];
  return (
    <div className={classes.queryArea}>
      <div className={classes.queryLine}>
        <Combobox
          store={combobox}
          position="bottom-start"
          onOptionSubmit={(inserted) => {
            const next = complete(text, caret, inserted);
            write(next.text, next.caret);
            input.current?.focus();
            if (!inserted.endsWith(':') && !inserted.endsWith('/')) combobox.closeDropdown();
          }}
        >
          <Combobox.Target>
            <TextInput
              ref={input}
              className={classes.query}
              classNames={{ input: classes.queryInput }}
              aria-label={flagsText.query}
              placeholder={flagsText.queryPlaceholder}
              inputMode="search"
              spellCheck={false}
              autoComplete="off"
              leftSection={<Icon name="search" />}
              rightSection={
                text === '' ? undefined : (
                  <ActionIcon
                    size={24}
                    aria-label={flagsText.clearQuery}
                    onClick={() => {
                      write('');
                      input.current?.focus();
                    }}
                  >
                    <Icon name="close" size={14} />
                  </ActionIcon>
                )
              }
              value={text}
              onChange={(event) => {
                const { value: next, selectionStart } = event.currentTarget;
                setText(next);
                setCaret(selectionStart ?? next.length);
                send(next);
                combobox.openDropdown();
                combobox.resetSelectedOption();
              }}
              onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? text.length)}
              onClick={() => combobox.openDropdown()}
              onBlur={() => combobox.closeDropdown()}
              onKeyDown={(event) => {
                if (event.key === 'Escape' && !combobox.dropdownOpened) {
                  input.current?.blur();
                }
                if (event.key === 'Enter' && combobox.getSelectedOptionIndex() === -1)
                  combobox.closeDropdown();
              }}
            />
          </Combobox.Target>
          <Combobox.Dropdown>
            <Combobox.Options aria-label={flagsText.suggestions} className={classes.options}>
              {options.map((option) => (
                <Combobox.Option key={option.insert} value={option.insert} className={classes.option}>
                  <code>{option.insert}</code>
                  {option.help && <span>{option.help}</span>}
                </Combobox.Option>
              ))}
            </Combobox.Options>
          </Combobox.Dropdown>
        </Combobox>
        <FilterMenu onPick={pick} />
        {matches !== undefined && text !== '' && (
          <span className={classes.matches} role="status">
            {flagsText.matches(matches)}
          </span>
        )}
      </div>
      {unknown !== undefined && (
        <p className={classes.unknown}>
          {flagsText.unknownKey(unknown, nearestKey(unknown))}{' '}
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => write(text.replace(`${unknown}:`, `${nearestKey(unknown)}:`))}
          >
            {flagsText.applyKey(nearestKey(unknown))}
          </Button>
        </p>
      )}
      {terms.some((term) => term.kind === 'filter') && (
        <ul className={classes.chips}>
          {terms.map((term, index) =>
            term.kind === 'filter' ? (
              <li key={writeTerm(term)} className={classes.chip}>
                <span>{writeTerm(term)}</span>
                <ActionIcon
                  size={20}
                  aria-label={flagsText.removeFilter(writeTerm(term))}
                  onClick={() => write(without(text, index))}
                >
                  <Icon name="close" size={12} />
                </ActionIcon>
              </li>
            ) : null,
          )}
        </ul>
      )}
    </div>
  );
});

const FilterMenu = memo(function FilterMenu({ onPick }: { onPick: (key: string) => void }) {
  return (
    <Menu position="bottom-start" width={340} returnFocus={false}>
      <Menu.Target>
        <Button variant="default" leftSection={<Icon name="plus" size={14} />}>
          {flagsText.filter}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {filterKeys.map((key) => (
          <Menu.Item key={key} onClick={() => onPick(key)}>
            <span className={classes.option}>
              <code>{key}:</code>
              <span>{flagsText.filterHelp[key]}</span>
            </span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
});
