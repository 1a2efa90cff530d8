# The flattening rules, written a second time: rows as {s: stream, r: columns}, keys left out.
def own($p): [$p[] | type] | all(. == "string");
def columns: [paths(type != "object") as $p | select(own($p))
    | {p: $p, v: getpath($p)} | select(.v != null and (.v | type) != "array")];
def arrays: [paths(type == "array") as $p | select(own($p)) | $p];
# an object is a record of stream $s, an array the elements of one
def rows($s):
    if type == "object" then
        {s: $s, r: (columns | map({(.p | join("__")): .v}) | add // {})},
        (. as $o | arrays[] as $p | $o | getpath($p) | rows($s + "__" + ($p | join("__"))))
    else
        .[] | select(. != null and . != {} and . != [])
        | if type == "object" then rows($s)
          elif type == "array" then {s: $s, r: {}}, rows($s + "__value")
          else {s: $s, r: {value: .}} end
    end;
rows("records")
