/** Loudness of a microphone track, for the level meter. */

/**
 * Measures until stopped.
 * @param report gets 0 (silence) to 1 (loud), once per animation frame
 * @returns stops measuring and frees the audio context
 */
export function meterLevel(track: MediaStreamTrack, report: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let frame = 0;
  let shown = 0;
  function tick(): void {
    analyser.getFloatTimeDomainData(samples);
    const rms = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
    // -60 dBFS is silence, -10 dBFS a loud voice; falls slowly so that the eye can follow.
    const level = Math.min(1, Math.max(0, (20 * Math.log10(rms + 1e-7) + 60) / 50));
    shown = Math.max(level, shown * 0.9);
    report(shown);
    frame = requestAnimationFrame(tick);
  }
  tick();
  return () => {
    cancelAnimationFrame(frame);
    void context.close();
  };
}

/** Plays a short two-tone sound, so that somebody can check the speaker. */
export function playTestSound(): void {
  const context = new AudioContext();
  const gain = context.createGain();
  gain.gain.value = 0.15;
  gain.connect(context.destination);
  [523.25, 659.25].forEach((frequency, index) => {
    const tone = context.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(gain);
    tone.start(context.currentTime + index * 0.35);
    tone.stop(context.currentTime + index * 0.35 + 0.3);
    if (index === 1) tone.onended = () => void context.close();
  });
}
