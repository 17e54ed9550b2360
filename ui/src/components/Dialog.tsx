import { Modal, type ModalProps } from '@mantine/core';
import { common } from '@/text/common';
import { useFocusBack } from './useFocusBack';

/** A dialog that is open as long as it is rendered. */
export function Dialog(props: Omit<ModalProps, 'opened'>) {
  useFocusBack();
  return <Modal opened closeButtonProps={closeButton} {...props} />;
}

const closeButton = { 'aria-label': common.close };
