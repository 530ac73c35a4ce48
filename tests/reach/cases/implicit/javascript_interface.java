// shows: a page's script may call annotated methods, when it likes; others never
// manifest: {launcher: Main}
// hit: [serial reachable = launcher Main.onCreate > callback Bridge.id]
// miss: [serial present = Bridge.id]

import android.webkit.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    WebView web = new WebView(this);
    web.addJavascriptInterface(new Bridge(), "app");
  }
}
class Bridge {
  @JavascriptInterface                                          // hit
  public String id() { return SERIAL; }
}
