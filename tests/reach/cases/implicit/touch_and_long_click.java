// shows: touches and long clicks are gestures, attaching to the window is not
// manifest: {launcher: Main}
// hit:
//   - serial before_consent = launcher Main.onCreate > callback Feel.onViewAttachedToWindow
// miss:
//   - serial reachable = launcher Main.onCreate > gesture Feel.onTouch
//   - android_id reachable = launcher Main.onCreate > gesture Feel.onLongClick

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    View view = findViewById(1);
    view.addOnAttachStateChangeListener(new Feel());            // hit
    view.setOnTouchListener(new Feel());                        // miss
    view.setOnLongClickListener(new Feel());                    // miss
  }
}
class Feel implements View.OnAttachStateChangeListener {        // hit
  public void onViewAttachedToWindow(View view) { String id = SERIAL; } // hit
  public void onViewDetachedFromWindow(View view) { }           // hit
}                                                               // hit
class Feel implements View.OnTouchListener, View.OnLongClickListener { // miss
  public boolean onTouch(View view, MotionEvent event) { String id = SERIAL; return false; } // miss
  public boolean onLongClick(View view) { Settings.Secure.getString(view.getContext().getContentResolver(), "android_id"); return true; } // miss
}                                                               // miss
