import SoundTool

// One executable under five names: an installation holds what they share once.
Programs.main([SdList.self, SdPlay.self, SdPlayrec.self, SdRec.self, SdWire.self])
