// shows: a frame callback runs with the next frame
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > callback Frame.doFrame]
// miss: [serial present = Frame.doFrame]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Choreographer.getInstance().postFrameCallback(new Frame());   // hit
    Choreographer.getInstance().removeFrameCallback(new Frame()); // miss
  }
}
class Frame implements Choreographer.FrameCallback {
  public void doFrame(long time) { String id = SERIAL; }
}
