// Many Arrow IPC streams -> one: https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format
//
//   stream  = schema message, batch messages …, end        end = FFFFFFFF 00000000
//   message = FFFFFFFF, length of the metadata, metadata, body; a schema has no body

const END = 8;

/**
 * One stream out of streams of the same schema.
 * @param {() => AsyncGenerator<Uint8Array>} batches each a complete stream
 * @param {() => Promise<Uint8Array>} none a stream without batches
 * @returns {ReadableStream<Uint8Array>}
 */
export function oneStream(batches, none) {
  const iterator = batches();
  let isFirst = true;
  const pull = async (controller) => {
    const { done, value } = await iterator.next();
    if (!done) controller.enqueue(value.subarray(isFirst ? 0 : schemaLength(value), value.length - END));
    else {
      controller.enqueue(isFirst ? await none() : Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0));
      controller.close();
    }
    isFirst = false;
  };
  // Nothing is read before somebody wants it.
  return new ReadableStream({ pull, cancel: () => iterator.return() }, { highWaterMark: 0 });
}

function schemaLength(stream) {
  return END + new DataView(stream.buffer, stream.byteOffset).getUint32(4, true);
}
