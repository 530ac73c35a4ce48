// shows: postDelayed runs the object later, still without the user; on a click it is the user's
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > Main.later > scheduled Work.run]
// miss: [serial reachable = launcher Main.onCreate > gesture Main.onClick > Main.later > scheduled Work.run]

class Main extends Activity implements View.OnClickListener {
  protected void onCreate(Bundle state) {
    findViewById(1).setOnClickListener(this);
    later();                                                    // hit
  }
  public void onClick(View view) { later(); }
  void later() { new Handler().postDelayed(new Work(), 3000); }
}
class Work implements Runnable {
  public void run() { String id = SERIAL; }
}
