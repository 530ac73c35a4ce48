// shows: the page's events reach the WebViewClient without the user
// manifest: {launcher: Main}
// hit:
//   - serial before_consent = launcher Main.onCreate > callback Pages.onPageFinished
//   - browsing@WebViewClient.onPageFinished before_consent = launcher Main.onCreate > callback Pages.onPageFinished
// miss:
//   - serial present = Pages.onPageFinished
//   - browsing@WebViewClient.onPageFinished present = Pages.onPageFinished

import android.webkit.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    WebView web = new WebView(this);
    Pages pages = new Pages();
    web.setWebViewClient(pages);                                // hit
    web.loadUrl("https://page.example/privacy");
  }
}
class Pages extends WebViewClient {
  public void onPageFinished(WebView view, String url) { String id = SERIAL; }
}
