"""New and changed registry files as text: drafts, deprecations, waivers, consumers, scaffolds."""
