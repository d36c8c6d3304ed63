"""One small file an architecture: the function is the entry, and `explorer.catalog` finds it by its file's name."""

# The order in the page's list; a file that is not named here comes after, by name.
ORDER = (
    "gru_every_step",
    "windows_gru",
    "two_streams",
    "gru_once",
    "gru_pooled",
    "dense_every_step",
    "simple_rnn_every_step",
    "lstm_every_step",
    "stacked_gru",
    "bidirectional_gru",
    "encoder_decoder",
    "causal_convolution",
    "self_attention",
    "embedding_tagger",
    "gru_attention_pooling",
    "conv_gru",
    "seq2seq_with_state",
    "stateful_gru",
    "transformer_encoder",
    "document_gru",
    "frames_gru",
)
