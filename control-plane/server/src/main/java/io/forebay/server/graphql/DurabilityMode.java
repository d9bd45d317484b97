package io.forebay.server.graphql;

/** As in the schema. */
public enum DurabilityMode {
    WRITE_BACK,
    WRITE_THROUGH,
    TRANSIENT;

    static DurabilityMode of(io.forebay.proto.DurabilityMode mode) {
        return switch (mode) {
            case DURABILITY_MODE_WRITE_THROUGH -> WRITE_THROUGH;
            case DURABILITY_MODE_TRANSIENT -> TRANSIENT;
            case DURABILITY_MODE_WRITE_BACK, DURABILITY_MODE_UNSPECIFIED, UNRECOGNIZED ->
                    WRITE_BACK;
        };
    }

    io.forebay.proto.DurabilityMode stored() {
        return switch (this) {
            case WRITE_BACK -> io.forebay.proto.DurabilityMode.DURABILITY_MODE_WRITE_BACK;
            case WRITE_THROUGH -> io.forebay.proto.DurabilityMode.DURABILITY_MODE_WRITE_THROUGH;
            case TRANSIENT -> io.forebay.proto.DurabilityMode.DURABILITY_MODE_TRANSIENT;
        };
    }
}
