// shows: messages of a Handler with a Callback arrive there; sent on a click, they arrive after it
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Box.handleMessage]
// miss: [serial reachable = launcher Main.onCreate > gesture Main.onClick > scheduled Box.handleMessage]

class Main extends Activity implements View.OnClickListener {
  Handler handler;
  protected void onCreate(Bundle state) {
    handler = new Handler(new Box());
    findViewById(1).setOnClickListener(this);                   // miss
    handler.sendEmptyMessage(1);                                // hit
  }
  public void onClick(View view) { handler.sendEmptyMessage(1); }
}
class Box implements Handler.Callback {
  public boolean handleMessage(Message message) { String id = SERIAL; return true; }
}
