import { Button, Checkbox } from '@mantine/core';
import { useState } from 'react';
import { Dialog } from '@/components/Dialog';
import { common } from '@/text/common';
import { settingsText } from '@/text/settings';
import { CopyButton } from './CopyButton';
import classes from './Form.module.css';
import { Note } from './Status';

interface SecretDialogProps {
  title: string;
  help: string;
  name: string;
  secret: string;
  /** A command that uses it. */
  snippet?: string;
  onClose: () => void;
}

/** Shows a secret once; closing forgets it. */
export function SecretDialog({ title, help, name, secret, snippet, onClose }: SecretDialogProps) {
  const [copied, setCopied] = useState(false);
  return (
    <Dialog
      onClose={onClose}
      title={title}
      size={560}
      closeOnClickOutside={false}
      closeOnEscape={copied}
      withCloseButton={false}
    >
      <div className={classes.form}>
        <Note tone="warn">{help}</Note>
        <div className={classes.secret}>
          <span>{secret}</span>
          <CopyButton value={secret} what={settingsText.secretNamed(name)} onCopied={() => setCopied(true)} />
        </div>
        {snippet && (
          <div>
            <span className={classes.muted}>{settingsText.secretTry}</span>
            <pre className={classes.snippet}>{snippet}</pre>
          </div>
        )}
        <Checkbox
          label={settingsText.secretConfirm}
          checked={copied}
          onChange={(event) => setCopied(event.currentTarget.checked)}
        />
        <div className={classes.actions}>
          <Button onClick={onClose} disabled={!copied}>
            {common.done}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
