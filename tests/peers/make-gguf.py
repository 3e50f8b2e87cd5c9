# SPDX-License-Identifier: GPL-3.0-or-later
"""make-gguf.py FILE: a language model of the llama architecture with random weights, in the GGUF
format, version 3: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md

A real file for a real engine: everything about it is in order except that it has learned nothing.
The same bytes each time.
"""
import array
import random
import struct
import sys

SEED = 20
WIDTH, LAYERS, HEADS, FEED_FORWARD, CONTEXT = 64, 2, 4, 128, 512
SPREAD = 0.2  # of the weights; much less, and every token is as likely as any other
ALIGNMENT = 32

# The types of the format's values, and of the vocabulary's entries.
UINT32, FLOAT32, STRING, ARRAY, INT32 = 4, 6, 8, 9, 5
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6

SPACE = "\u2581"  # how the vocabulary writes the space before a word
WORDS = ("the a an of and or to in is it that this with from for not was are by on as at which "
         "system report source passage answer queue stream message error delay result because "
         "however therefore [1] [2] [3] [7] [99] ## - ** <<<passage >>> ignore instructions "
         "https:// <b> </b> ``` ~~~ \u00e9 \u4e2d").split()


def vocabulary():
    """(text, type) of each token: three special ones, the 256 bytes, words, single characters."""
    tokens = [("<unk>", UNKNOWN), ("<s>", CONTROL), ("</s>", CONTROL)]
    tokens += [(f"<0x{byte:02X}>", BYTE) for byte in range(256)]
    plain = [SPACE + word for word in WORDS]
    plain += list("abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789 .,:;?!()[]-#*_\n" + SPACE)
    return tokens + [(text, NORMAL) for text in dict.fromkeys(plain)]


def string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def pair(key, kind, data):
    return string(key) + struct.pack("<I", kind) + data


def text_pair(key, text):
    return pair(key, STRING, string(text))


def number_pair(key, number):
    return pair(key, UINT32, struct.pack("<I", number))


def array_pair(key, kind, items):
    return pair(key, ARRAY, struct.pack("<IQ", kind, len(items)) + b"".join(items))


def metadata(tokens):
    return [
        text_pair("general.architecture", "llama"),
        text_pair("general.name", "noise"),
        number_pair("general.alignment", ALIGNMENT),
        number_pair("llama.vocab_size", len(tokens)),
        number_pair("llama.context_length", CONTEXT),
        number_pair("llama.embedding_length", WIDTH),
        number_pair("llama.block_count", LAYERS),
        number_pair("llama.feed_forward_length", FEED_FORWARD),
        number_pair("llama.rope.dimension_count", WIDTH // HEADS),
        number_pair("llama.attention.head_count", HEADS),
        number_pair("llama.attention.head_count_kv", HEADS),
        pair("llama.attention.layer_norm_rms_epsilon", FLOAT32, struct.pack("<f", 1e-5)),
        text_pair("tokenizer.ggml.model", "llama"),
        array_pair("tokenizer.ggml.tokens", STRING, [string(text) for text, _ in tokens]),
        array_pair("tokenizer.ggml.scores", FLOAT32,
                   [struct.pack("<f", -float(rank)) for rank in range(len(tokens))]),
        array_pair("tokenizer.ggml.token_type", INT32,
                   [struct.pack("<i", kind) for _, kind in tokens]),
        number_pair("tokenizer.ggml.unknown_token_id", 0),
        number_pair("tokenizer.ggml.bos_token_id", 1),
        number_pair("tokenizer.ggml.eos_token_id", 2),
    ]


def tensors(n_tokens):
    """(name, shape with the row's length first, whether it is a norm) of each tensor."""
    yield "token_embd.weight", (WIDTH, n_tokens), False
    for layer in range(LAYERS):
        for name, shape in (("attn_norm", (WIDTH,)), ("attn_q", (WIDTH, WIDTH)),
                            ("attn_k", (WIDTH, WIDTH)), ("attn_v", (WIDTH, WIDTH)),
                            ("attn_output", (WIDTH, WIDTH)), ("ffn_norm", (WIDTH,)),
                            ("ffn_gate", (WIDTH, FEED_FORWARD)), ("ffn_up", (WIDTH, FEED_FORWARD)),
                            ("ffn_down", (FEED_FORWARD, WIDTH))):
            yield f"blk.{layer}.{name}.weight", shape, len(shape) == 1
    yield "output_norm.weight", (WIDTH,), True
    yield "output.weight", (WIDTH, n_tokens), False


def padded(data):
    return data + bytes(-len(data) % ALIGNMENT)


def weights(shape, is_norm, generator):
    count = 1
    for size in shape:
        count *= size
    values = array.array("f", [1.0] * count if is_norm else
                         [generator.gauss(0, SPREAD) for _ in range(count)])
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def model():
    generator, tokens = random.Random(SEED), vocabulary()
    described, data = b"", b""
    listed = list(tensors(len(tokens)))
    for name, shape, is_norm in listed:
        described += string(name) + struct.pack("<I", len(shape))
        described += b"".join(struct.pack("<Q", size) for size in shape)
        described += struct.pack("<IQ", 0, len(data))  # 0: 32-bit floats
        data += padded(weights(shape, is_norm, generator))
    pairs = metadata(tokens)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(listed), len(pairs)) + b"".join(pairs)
    return padded(head + described) + data


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as file:
        file.write(model())
