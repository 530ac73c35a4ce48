// shows: a layout listener is called when the first screen is laid out; removing one calls nothing
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > callback Seen.onGlobalLayout]
// miss: [serial present = Seen.onGlobalLayout]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    ViewTreeObserver observer = findViewById(1).getViewTreeObserver();
    observer.addOnGlobalLayoutListener(new Seen());             // hit
    observer.removeOnGlobalLayoutListener(new Seen());          // miss
  }
}
class Seen implements ViewTreeObserver.OnGlobalLayoutListener {
  public void onGlobalLayout() { String id = SERIAL; }
}
