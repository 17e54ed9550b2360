/** Text that breaks after the signs of an e-mail address, when it must, and nowhere else. */
export function Email({ children }: { children: string }) {
  const pieces = children.split(/(?<=[@.+_-])/);
  return (
    <>
      {pieces.map((piece, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text, in their order
        <span key={index}>
          {index > 0 && <wbr />}
          {piece}
        </span>
      ))}
    </>
  );
}
