import { ActionIcon, Button } from '@mantine/core';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import { planText } from '@/text/plan';
import { Icon } from './Icon';
import classes from './Toasts.module.css';

export interface Toast {
  text: string;
  tone?: 'on' | 'danger';
  action?: { label: string; run: () => void };
}

interface Shown extends Toast {
  id: number;
}

interface ToastApi {
  show: (toast: Toast) => void;
  /** Runs the action of the newest message that has one. */
  runLast: () => boolean;
}

const ToastContext = createContext<ToastApi>({ show: () => undefined, runLast: () => false });

export const useToasts = () => useContext(ToastContext);

const lifetime = 10_000;
let nextId = 1;

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Shown[]>([]);
  const remove = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const show = useCallback((toast: Toast) => {
    const id = nextId++;
    setToasts((all) => [...all.slice(-2), { ...toast, id }]);
  }, []);
  const runLast = useCallback(() => {
    const last = toasts.findLast((toast) => toast.action);
    if (!last) return false;
    remove(last.id);
    last.action?.run();
    return true;
  }, [toasts, remove]);
  const value = useMemo(() => ({ show, runLast }), [show, runLast]);
  return (
    <ToastContext.Provider value={value}>
      {children}
      <section className={classes.region} aria-label={planText.notifications} aria-live="polite">
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} remove={remove} />
        ))}
      </section>
    </ToastContext.Provider>
  );
}

function ToastCard({ toast, remove }: { toast: Shown; remove: (id: number) => void }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = window.setTimeout(() => remove(toast.id), lifetime);
    return () => window.clearTimeout(timer);
  }, [held, remove, toast.id]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hover and focus only hold the message
    <div
      className={classes.toast}
      data-tone={toast.tone ?? 'on'}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon name={toast.tone === 'danger' ? 'warn' : 'check'} />
      <p>{toast.text}</p>
      {toast.action && (
        <Button
          size="compact-sm"
          variant="default"
          rightSection={<kbd className={classes.key}>z</kbd>}
          onClick={() => {
            remove(toast.id);
            toast.action?.run();
          }}
        >
          {toast.action.label}
        </Button>
      )}
      <ActionIcon size={24} aria-label={planText.dismiss} onClick={() => remove(toast.id)}>
        <Icon name="close" size={14} />
      </ActionIcon>
    </div>
  );
}
