package slacktest

// ChangeID gives a channel another id, as a conversion may
// (docs.slack.dev/reference/events/channel_id_changed), and returns the event that
// Slack tells of it. That messages keep their ts is unconfirmed.
func (s *Server) ChangeID(from, to ChannelID) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.channels[from]; ch != nil {
		delete(s.channels, from)
		ch.ID, s.channels[to] = to, ch
		for _, m := range ch.messages {
			m.Channel = to
		}
		s.touch()
	}
	return map[string]any{"type": "channel_id_changed", "old_channel_id": from, "new_channel_id": to}
}
