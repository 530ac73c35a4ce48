// shows: r8 merges lambdas into one class with a switch: a lambda of the start and one of a click share run()
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Lambda.run > Lambda.first]
// miss: [serial before_consent = launcher Main.onCreate > scheduled Lambda.run > Lambda.second]

class Main extends Activity implements View.OnClickListener {
  protected void onCreate(Bundle state) { new Handler().post(new Lambda(0)); }
  public void onClick(View view) { new Handler().post(new Lambda(1)); }
}
final class Lambda implements Runnable {
  final int which;
  Lambda(int which) { this.which = which; }
  public void run() { if (which == 0) first(); else second(); }
  void first() {
    String id = SERIAL;                                         // hit
  }
  void second() {
    String id = SERIAL;                                         // miss
  }
}
