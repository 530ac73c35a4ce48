// shows: a click listener runs when the user taps; removed, it never does
// manifest: {launcher: Main}
// hit: [serial reachable = launcher Main.onCreate > gesture Tap.onClick]
// miss: [serial present = Tap.onClick]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Tap tap = new Tap();
    findViewById(1).setOnClickListener(tap);                    // hit
    findViewById(1).setOnClickListener(null);                   // miss
  }
}
class Tap implements View.OnClickListener {
  public void onClick(View view) { String id = SERIAL; }
}
