package chat

// Finding is one thing that a check of a connection found.
type Finding struct {
	Wrong bool   // else it is a warning
	Key   string // of the configuration: "slack.ops_channel"
	Text  string // what, and what to do
}
