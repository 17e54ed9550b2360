import { Button } from '@mantine/core';
import { historyText } from '@/text/history';
import classes from './History.module.css';

interface OlderButtonProps {
  /** A list of changes, page by page. */
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> };
}

/** Asks for the next page; absent when there is none. */
export function OlderButton({ query }: OlderButtonProps) {
  if (!query.hasNextPage) return null;
  return (
    <Button
      size="xs"
      variant="default"
      className={classes.start}
      loading={query.isFetchingNextPage}
      onClick={() => void query.fetchNextPage()}
    >
      {historyText.older}
    </Button>
  );
}
